/*
 * Makes every call of PKCS#11 that travels, through the module of the first argument, with the PIN of the second: those of
 * 2.40, and those of 3.0 where the module offers an interface of that version. Return values do not matter, they are the
 * token's: what counts is the frames that a recorder sees.
 */
#include "every-call.h"
#include <dlfcn.h>
#include <signal.h>
#include <string.h>

CK_FUNCTION_LIST *f;
CK_SESSION_HANDLE session;
unsigned char data[64], out[1024], signature[512];
CK_ULONG length;
static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

static CK_OBJECT_HANDLE secret_key(void) {
  CK_ULONG bytes = 32;
  CK_OBJECT_HANDLE key = 0;
  CK_MECHANISM generation = {CKM_AES_KEY_GEN, NULL, 0};
  CK_ATTRIBUTE template[] = {{CKA_VALUE_LEN, &bytes, sizeof bytes}, {CKA_EXTRACTABLE, &yes, 1},
                             {CKA_ENCRYPT, &yes, 1},                {CKA_DECRYPT, &yes, 1},
                             {CKA_WRAP, &yes, 1},                   {CKA_UNWRAP, &yes, 1},
                             {CKA_DERIVE, &yes, 1},                 {CKA_SENSITIVE, &no, 1}};
  f->C_GenerateKey(session, &generation, template, 8, &key);
  return key;
}

static void rsa_keys(CK_OBJECT_HANDLE *public, CK_OBJECT_HANDLE *private) {
  CK_ULONG bits = 2048;
  CK_MECHANISM generation = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
  CK_ATTRIBUTE publics[] = {{CKA_MODULUS_BITS, &bits, sizeof bits}, {CKA_PUBLIC_EXPONENT, "\1\0\1", 3}, {CKA_VERIFY, &yes, 1}};
  CK_ATTRIBUTE privates[] = {{CKA_SIGN, &yes, 1}, {CKA_DECRYPT, &yes, 1}, {CKA_START_DATE, "20260101", 8}, {CKA_END_DATE, "", 0}};
  f->C_GenerateKeyPair(session, &generation, publics, 3, privates, 4, public, private);
}

static void ciphers(CK_OBJECT_HANDLE key) {
  CK_MECHANISM ecb = {CKM_AES_ECB, NULL, 0};
  f->C_EncryptInit(session, &ecb, key);
  f->C_EncryptUpdate(session, data, 32, OUT);
  f->C_EncryptFinal(session, OUT);
  f->C_DecryptInit(session, &ecb, key);
  f->C_DecryptUpdate(session, data, 32, OUT);
  f->C_DecryptFinal(session, OUT);
  f->C_EncryptInit(session, &ecb, key);
  f->C_Encrypt(session, data, 32, NULL, &length);
  length = 1;
  f->C_Encrypt(session, data, 32, out, &length);
  length = 0;
  f->C_Encrypt(session, data, 32, out, &length);
  f->C_Encrypt(session, data, 32, OUT);
}

/* Each kind of parameter. A client that does not know a mechanism refuses it itself. */
static void parameters(CK_OBJECT_HANDLE key) {
  CK_AES_CTR_PARAMS counter = {128, {1, 2, 3}};
  CK_GCM_PARAMS gcm = {data, 12, 96, data, 20, 128};
  CK_ECDH1_DERIVE_PARAMS agreement = {CKD_NULL, 0, NULL, 65, out};
  CK_ULONG bytes = 16;
  CK_MECHANISM mechanisms[] = {{CKM_AES_CBC, data, 16},  {CKM_AES_CBC_PAD, data, 16},
                               {CKM_AES_CBC, NULL, 0},   {CKM_AES_CTR, &counter, sizeof counter},
                               {CKM_AES_GCM, &gcm, sizeof gcm}, {CKM_ECDSA_SHA256, NULL, 0},
                               {CKM_SHA256_HMAC_GENERAL, &bytes, sizeof bytes}, {CKM_SHA256_RSA_PKCS_PSS, NULL, 0}};
  CK_MECHANISM derivations[] = {{CKM_ECDH1_DERIVE, &agreement, sizeof agreement}, {CKM_DH_PKCS_DERIVE, data, 32}};
  for (size_t index = 0; index < 8; index++) {
    f->C_EncryptInit(session, mechanisms + index, key);
    f->C_Encrypt(session, data, 32, OUT);
  }
  for (size_t index = 0; index < 2; index++) f->C_DeriveKey(session, derivations + index, key, NULL, 0, &length);
  f->C_EncryptInit(session, NULL, key);
}

static void digests(CK_OBJECT_HANDLE key) {
  CK_MECHANISM sha256 = {CKM_SHA256, NULL, 0};
  f->C_DigestInit(session, &sha256);
  f->C_DigestUpdate(session, data, sizeof data);
  f->C_DigestKey(session, key);
  f->C_GetOperationState(session, OUT);
  f->C_SetOperationState(session, out, 8, 0, 0);
  f->C_DigestFinal(session, OUT);
  f->C_DigestInit(session, &sha256);
  f->C_Digest(session, NULL, 0, OUT);
}

static void signatures(CK_OBJECT_HANDLE public, CK_OBJECT_HANDLE private) {
  CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};
  CK_RSA_PKCS_OAEP_PARAMS oaep = {CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, "label", 5};
  CK_RSA_PKCS_OAEP_PARAMS unlabelled = {CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0};
  CK_MECHANISM rsa = {CKM_SHA256_RSA_PKCS, NULL, 0}, raw = {CKM_RSA_PKCS, NULL, 0};
  CK_MECHANISM with_salt = {CKM_RSA_PKCS_PSS, &pss, sizeof pss};
  CK_MECHANISM with_label = {CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep}, without = {CKM_RSA_PKCS_OAEP, &unlabelled, sizeof oaep};
  CK_ULONG signed_length = sizeof signature;
  f->C_SignInit(session, &rsa, private);
  f->C_SignUpdate(session, data, sizeof data);
  f->C_SignFinal(session, signature, &signed_length);
  f->C_VerifyInit(session, &rsa, public);
  f->C_VerifyUpdate(session, data, sizeof data);
  f->C_VerifyFinal(session, signature, signed_length);
  f->C_SignInit(session, &with_salt, private);
  f->C_Sign(session, data, 32, OUT);
  f->C_VerifyInit(session, &with_salt, public);
  f->C_Verify(session, data, 32, signature, signed_length);
  f->C_EncryptInit(session, &with_label, public);
  f->C_Encrypt(session, data, 32, OUT);
  f->C_DecryptInit(session, &without, private);
  f->C_Decrypt(session, out, 256, OUT);
  f->C_SignRecoverInit(session, &raw, private);
  f->C_SignRecover(session, data, 32, OUT);
  f->C_VerifyRecoverInit(session, &raw, public);
  f->C_VerifyRecover(session, signature, signed_length, OUT);
}

static void keys(CK_OBJECT_HANDLE key) {
  CK_OBJECT_HANDLE other = 0, copy = 0;
  CK_KEY_TYPE aes = CKK_AES;
  CK_OBJECT_CLASS secret = CKO_SECRET_KEY;
  CK_MECHANISM wrap = {CKM_AES_ECB, NULL, 0}, derive = {CKM_SHA256, NULL, 0};
  CK_ATTRIBUTE template[] = {{CKA_CLASS, &secret, sizeof secret}, {CKA_KEY_TYPE, &aes, sizeof aes}, {CKA_LABEL, NULL, 0}};
  f->C_WrapKey(session, &wrap, key, key, OUT);
  f->C_UnwrapKey(session, &wrap, key, out, length, template, 3, &other);
  f->C_DeriveKey(session, &derive, key, template, 3, &other);
  f->C_CopyObject(session, key, template + 2, 1, &copy);
  f->C_GetObjectSize(session, key, &length);
  f->C_DestroyObject(session, copy);
}

static void attributes(CK_OBJECT_HANDLE key) {
  unsigned char value[256];
  CK_ULONG number = 0, bits = 2048;
  unsigned int half = CKO_SECRET_KEY;
  CK_MECHANISM_TYPE allowed[] = {CKM_AES_ECB, CKM_AES_CBC};
  CK_ATTRIBUTE wrapped[] = {{CKA_SIGN, &yes, 1}, {CKA_MODULUS_BITS, &bits, sizeof bits}, {CKA_ID, "id", 2}};
  CK_ATTRIBUTE asked[] = {{CKA_CLASS, &number, sizeof number}, {CKA_LABEL, NULL, 0},        {CKA_VALUE, value, 8},
                          {CKA_MODULUS, value, sizeof value},  {CKA_START_DATE, value, 8},  {CKA_TOKEN, &no, 1},
                          {0x4UL, NULL, 0},            {CKA_WRAP_TEMPLATE, NULL, 0}, {0x80000123UL, value, 4}};
  CK_ATTRIBUTE given[] = {{CKA_CLASS, &half, sizeof half},
                          {CKA_ALLOWED_MECHANISMS, allowed, sizeof allowed},
                          {CKA_WRAP_TEMPLATE, wrapped, sizeof wrapped},
                          {CKA_UNWRAP_TEMPLATE, NULL, 0},
                          {CKA_ID, NULL, 20},
                          {CKA_VALUE, NULL, (CK_ULONG)-1},
                          {0x61dUL, &bits, sizeof bits}};
  // The second time some of them have been told to be unavailable, which is the room that they then have.
  for (int time = 0; time < 2; time++) f->C_GetAttributeValue(session, key, asked, 9);
  for (size_t index = 0; index < 9; index++) f->C_GetAttributeValue(session, key, asked + index, 1);
  f->C_SetAttributeValue(session, key, wrapped + 2, 1);
  f->C_FindObjectsInit(session, NULL, 0);
  f->C_FindObjects(session, (CK_OBJECT_HANDLE[4]){0}, 4, &length);
  f->C_FindObjectsFinal(session);
  for (size_t index = 0; index < 7; index++) f->C_CreateObject(session, given + index, 1, &number);
}

static void together(void) {
  f->C_DigestEncryptUpdate(session, data, 16, OUT);
  f->C_DecryptDigestUpdate(session, data, 16, OUT);
  f->C_SignEncryptUpdate(session, data, 16, OUT);
  f->C_DecryptVerifyUpdate(session, data, 16, OUT);
}

static void token(CK_SLOT_ID slot, unsigned char *pin) {
  CK_INFO info;
  CK_SLOT_INFO slot_info;
  CK_TOKEN_INFO token_info;
  CK_SESSION_INFO session_info;
  CK_MECHANISM_INFO mechanism_info;
  CK_MECHANISM_TYPE mechanisms[256];
  f->C_GetInfo(&info);
  f->C_GetSlotInfo(slot, &slot_info);
  f->C_GetTokenInfo(slot, &token_info);
  f->C_GetMechanismList(slot, NULL, &length);
  length = 2;
  f->C_GetMechanismList(slot, mechanisms, &length);
  length = 256;
  f->C_GetMechanismList(slot, mechanisms, &length);
  f->C_GetMechanismInfo(slot, CKM_RSA_PKCS, &mechanism_info);
  f->C_GetSessionInfo(session, &session_info);
  f->C_SeedRandom(session, data, sizeof data);
  f->C_GenerateRandom(session, data, sizeof data);
  f->C_SetPIN(session, pin, strlen((char *)pin), pin, strlen((char *)pin));
  f->C_InitPIN(session, pin, strlen((char *)pin));
}

int main(int count, char **arguments) {
  void *module;
  CK_C_INITIALIZE_ARGS initialize = {.flags = CKF_OS_LOCKING_OK, .pReserved = "who=every-call"};
  CK_SLOT_ID slots[8] = {0}, slot;
  CK_OBJECT_HANDLE public = 0, private = 0, key;
  unsigned char *pin;
  if (count != 3) return 2;
  pin = (unsigned char *)arguments[2];
  signal(SIGPIPE, SIG_IGN);
  module = dlopen(arguments[1], RTLD_NOW);
  f = module == NULL ? NULL : functions_of(module);
  if (f == NULL || f->C_Initialize(&initialize) != CKR_OK) return 1;
  f->C_GetSlotList(CK_TRUE, NULL, &length);
  length = 8;
  f->C_GetSlotList(CK_TRUE, slots, &length);
  if (f->C_OpenSession(slots[0], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session) != CKR_OK) return 1;
  if (f->C_Login(session, CKU_USER, pin, strlen(arguments[2])) != CKR_OK) return 1;
  token(slots[0], pin);
  key = secret_key();
  rsa_keys(&public, &private);
  ciphers(key);
  parameters(key);
  digests(key);
  signatures(public, private);
  keys(key);
  attributes(private);
  together();
  calls_of_3_0(key, pin);
  f->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL);
  f->C_Logout(session);
  f->C_CloseSession(session);
  f->C_CloseAllSessions(slots[0]);
  f->C_InitToken(0x7777, pin, strlen(arguments[2]), (unsigned char *)"no such slot");
  return f->C_Finalize(NULL) == CKR_OK ? 0 : 1;
}
