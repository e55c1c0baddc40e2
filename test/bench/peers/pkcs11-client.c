/*
 * pkcs11-client MODULE PIN CALLERS KEY-TYPE MECHANISM SIGNATURE-BYTES DATA
 *
 * Signs DATA (in hex) with the only private key of a type (CKK_..., CKM_... as numbers) of the only token, with CALLERS
 * processes at once, each with a session of its own: what a program that links a PKCS #11 module does. Prints a line with a
 * signature in hex when all are logged in. Then, for each line with milliseconds on standard input, all sign for so long, and it prints
 * OPERATIONS ELAPSED-US CPU-US P50-US P99-US P999-US.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

typedef unsigned long number;
typedef number (*function)();

/* Positions in CK_FUNCTION_LIST of PKCS #11 v2.40, from C_Initialize = 0. */
enum { INITIALIZE = 0, GET_SLOT_LIST = 4, OPEN_SESSION = 12, LOGIN = 18, FIND_OBJECTS_INIT = 26, FIND_OBJECTS = 27,
       FIND_OBJECTS_FINAL = 28, SIGN_INIT = 42, SIGN = 43 };

struct function_list { unsigned char version[2]; function functions[68]; };
struct attribute { number type; void *value; number length; };
struct mechanism { number type; void *parameter; number length; };

enum { CKA_CLASS = 0, CKA_KEY_TYPE = 0x100, CKO_PRIVATE_KEY = 3, CKF_SERIAL_SESSION = 4, CKU_USER = 1 };
enum { CKR_USER_ALREADY_LOGGED_IN = 0x100, DATA_MAX = 1 << 12, SIGNATURE_MAX = 1 << 12, SAMPLES_MAX = 1 << 20 };

struct caller { int commands, done; uint64_t cpu_us; uint32_t count; uint32_t latency_ns[SAMPLES_MAX]; };

static function *call;
static number session, key;
/* What is signed, and how. */
static struct { number key_type, mechanism, signature_bytes, data_bytes; unsigned char data[DATA_MAX]; } use;

static void require(number result, const char *what) {
  if (result == 0) return;
  fprintf(stderr, "%s: 0x%lx\n", what, result);
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t cpu_us(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000u +
         (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static void load(const char *path) {
  void *module = dlopen(path, RTLD_NOW);
  struct function_list *list;
  number (*get_functions)(struct function_list **);
  if (module == NULL) { fprintf(stderr, "%s\n", dlerror()); exit(1); }
  get_functions = (number (*)(struct function_list **))dlsym(module, "C_GetFunctionList");
  require(get_functions == NULL ? 1 : get_functions(&list), "C_GetFunctionList");
  call = list->functions;
}

static void open_session(const char *pin) {
  number slots[16], slot_count = 16, found = 0, class = CKO_PRIVATE_KEY, result;
  struct attribute wanted[] = {{CKA_CLASS, &class, sizeof class}, {CKA_KEY_TYPE, &use.key_type, sizeof use.key_type}};
  require(call[INITIALIZE](NULL), "C_Initialize");
  require(call[GET_SLOT_LIST]((unsigned char)1, slots, &slot_count), "C_GetSlotList");
  require(slot_count == 0, "no token");
  require(call[OPEN_SESSION](slots[0], (number)CKF_SERIAL_SESSION, NULL, NULL, &session), "C_OpenSession");
  result = call[LOGIN](session, (number)CKU_USER, pin, (number)strlen(pin));
  require(result == CKR_USER_ALREADY_LOGGED_IN ? 0 : result, "C_Login");
  require(call[FIND_OBJECTS_INIT](session, wanted, (number)2), "C_FindObjectsInit");
  require(call[FIND_OBJECTS](session, &key, (number)1, &found), "C_FindObjects");
  require(found != 1, "no private key");
  require(call[FIND_OBJECTS_FINAL](session), "C_FindObjectsFinal");
}

static void sign(unsigned char *signature) {
  struct mechanism mechanism = {use.mechanism, NULL, 0};
  number length = use.signature_bytes;
  require(call[SIGN_INIT](session, &mechanism, key), "C_SignInit");
  require(call[SIGN](session, use.data, use.data_bytes, signature, &length), "C_Sign");
  require(length != use.signature_bytes, "length of the signature");
}

static void run(struct caller *self, uint32_t duration_ms) {
  unsigned char signature[SIGNATURE_MAX];
  uint64_t cpu_before = cpu_us(), before = now_ns(), end = before + (uint64_t)duration_ms * 1000000u;
  self->count = 0;
  while (before < end && self->count < SAMPLES_MAX) {
    sign(signature);
    uint64_t after = now_ns();
    self->latency_ns[self->count++] = (uint32_t)(after - before);
    before = after;
  }
  self->cpu_us = cpu_us() - cpu_before;
}

/* A caller's process: one byte when it is ready, and one behind each run. The first one signs for all to see. */
static void serve(struct caller *self, int commands, int done, int is_first, const char *module, const char *pin) {
  unsigned char signature[SIGNATURE_MAX];
  uint32_t duration_ms;
  load(module);
  open_session(pin);
  sign(signature);
  if (is_first) {
    for (number i = 0; i < use.signature_bytes; i++) printf("%02x", signature[i]);
    printf("\n");
    fflush(stdout);
  }
  if (write(done, "r", 1) != 1) exit(1);
  while (read(commands, &duration_ms, sizeof duration_ms) == sizeof duration_ms) {
    run(self, duration_ms);
    if (write(done, "d", 1) != 1) exit(1);
  }
  exit(0);
}

static void await(const struct caller *self) {
  char byte;
  require(read(self->done, &byte, 1) != 1, "a caller ended");
}

static void run_all(struct caller *callers, int count, uint32_t duration_ms) {
  for (int i = 0; i < count; i++)
    require(write(callers[i].commands, &duration_ms, sizeof duration_ms) != sizeof duration_ms, "a caller ended");
  for (int i = 0; i < count; i++) await(&callers[i]);
}

/* One after the other: SoftHSM refuses some of many logins at the same moment. */
static void start(struct caller *callers, int index, const char *module, const char *pin) {
  int commands[2], done[2];
  require(pipe(commands) != 0 || pipe(done) != 0, "pipe");
  if (fork() == 0) {
    close(commands[1]);
    for (int earlier = 0; earlier < index; earlier++) close(callers[earlier].commands);
    serve(&callers[index], commands[0], done[1], index == 0, module, pin);
  }
  close(commands[0]);
  close(done[1]);
  callers[index].commands = commands[1];
  callers[index].done = done[0];
  await(&callers[index]);
}

static int by_size(const void *a, const void *b) {
  uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
  return left < right ? -1 : left > right;
}

/* Nearest rank, as the other clients of the benchmark count. */
static double percentile_us(const uint32_t *sorted, size_t count, double share) {
  size_t rank = (size_t)(share * (double)count);
  if ((double)rank < share * (double)count || rank == 0) rank++;
  return count == 0 ? 0 : sorted[rank - 1] / 1000.0;
}

static void report(struct caller *callers, int count, uint64_t elapsed_ns) {
  size_t total = 0;
  uint64_t cpu = 0;
  for (int i = 0; i < count; i++) { total += callers[i].count; cpu += callers[i].cpu_us; }
  uint32_t *all = malloc((total + 1) * sizeof *all);
  require(all == NULL, "memory");
  for (int i = 0, at = 0; i < count; at += (int)callers[i].count, i++)
    memcpy(all + at, callers[i].latency_ns, callers[i].count * sizeof *all);
  qsort(all, total, sizeof *all, by_size);
  printf("%zu %llu %llu %.1f %.1f %.1f\n", total, (unsigned long long)elapsed_ns / 1000, (unsigned long long)cpu,
         percentile_us(all, total, 0.5), percentile_us(all, total, 0.99), percentile_us(all, total, 0.999));
  fflush(stdout);
  free(all);
}

static void read_use(char **words) {
  use.key_type = strtoul(words[0], NULL, 0);
  use.mechanism = strtoul(words[1], NULL, 0);
  use.signature_bytes = strtoul(words[2], NULL, 0);
  use.data_bytes = strlen(words[3]) / 2;
  require(use.signature_bytes > SIGNATURE_MAX || use.data_bytes > DATA_MAX, "too long");
  for (number i = 0; i < use.data_bytes; i++) require(sscanf(words[3] + 2 * i, "%2hhx", &use.data[i]) != 1, "no hex");
}

int main(int argc, char **argv) {
  int count = argc == 8 ? atoi(argv[3]) : 0;
  require(count < 1, "usage: pkcs11-client MODULE PIN CALLERS KEY-TYPE MECHANISM SIGNATURE-BYTES DATA");
  read_use(argv + 4);
  struct caller *callers = mmap(NULL, (size_t)count * sizeof *callers, PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  require(callers == MAP_FAILED, "memory");
  for (int i = 0; i < count; i++) start(callers, i, argv[1], argv[2]);
  printf("ready\n");
  fflush(stdout);
  for (unsigned duration_ms; scanf("%u", &duration_ms) == 1;) {
    uint64_t before = now_ns();
    run_all(callers, count, duration_ms);
    report(callers, count, now_ns() - before);
  }
  return 0;
}
