#include "every-call.h"
#include <dlfcn.h>
#include <string.h>

typedef CK_ULONG N;
typedef unsigned char *B;
typedef CK_RV Init(N, CK_MECHANISM *, N), Final(N), Begin(N, B, N), BeginWithData(N, B, N, B, N);
typedef CK_RV Message(N, B, N, B, N, B, N, B, N *), Next(N, B, N, B, N, B, N *, N);
typedef CK_RV Sign(N, B, N, B, N, B, N *), Verify(N, B, N, B, N, B, N);

/* What 3.0 appended; the headers of p11-kit 0.24 do not have it. */
struct functions_of_3_0 {
  CK_FUNCTION_LIST former;
  void *C_GetInterfaceList, *C_GetInterface;
  CK_RV (*C_LoginUser)(N, N, B, N, B, N), (*C_SessionCancel)(N, N);
  Init *C_MessageEncryptInit;
  Message *C_EncryptMessage;
  BeginWithData *C_EncryptMessageBegin;
  Next *C_EncryptMessageNext;
  Final *C_MessageEncryptFinal;
  Init *C_MessageDecryptInit;
  Message *C_DecryptMessage;
  BeginWithData *C_DecryptMessageBegin;
  Next *C_DecryptMessageNext;
  Final *C_MessageDecryptFinal;
  Init *C_MessageSignInit;
  Sign *C_SignMessage;
  Begin *C_SignMessageBegin;
  Sign *C_SignMessageNext;
  Final *C_MessageSignFinal;
  Init *C_MessageVerifyInit;
  Verify *C_VerifyMessage;
  Begin *C_VerifyMessageBegin;
  Verify *C_VerifyMessageNext;
  Final *C_MessageVerifyFinal;
};

struct interface {
  char *name;
  struct functions_of_3_0 *functions;
  CK_FLAGS flags;
};

typedef CK_RV GetInterface(unsigned char *, CK_VERSION *, struct interface **, CK_FLAGS);

CK_FUNCTION_LIST *functions_of(void *module) {
  GetInterface *get = (GetInterface *)dlsym(module, "C_GetInterface");
  CK_C_GetFunctionList list = (CK_C_GetFunctionList)dlsym(module, "C_GetFunctionList");
  struct interface *interface = NULL;
  CK_FUNCTION_LIST *functions = NULL;
  if (get != NULL && get(NULL, NULL, &interface, 0) == CKR_OK) return &interface->functions->former;
  return list != NULL && list(&functions) == CKR_OK ? functions : NULL;
}

void calls_of_3_0(CK_OBJECT_HANDLE key, unsigned char *pin) {
  struct functions_of_3_0 *g = (struct functions_of_3_0 *)f;
  CK_MECHANISM ecb = {CKM_AES_ECB, NULL, 0};
  if (f->version.major < 3) return;
  g->C_LoginUser(session, CKU_USER, pin, strlen((char *)pin), (unsigned char *)"name", 4);
  g->C_SessionCancel(session, CKF_ENCRYPT);
  g->C_MessageEncryptInit(session, &ecb, key);
  g->C_EncryptMessage(session, data, 12, data, 20, data, 32, OUT);
  g->C_EncryptMessageBegin(session, data, 12, NULL, 0);
  g->C_EncryptMessageNext(session, data, 12, data, 32, OUT, 1);
  g->C_MessageEncryptFinal(session);
  g->C_MessageDecryptInit(session, &ecb, key);
  g->C_DecryptMessage(session, data, 12, NULL, 0, data, 32, OUT);
  g->C_DecryptMessageBegin(session, data, 12, data, 20);
  g->C_DecryptMessageNext(session, data, 12, data, 32, OUT, 0);
  g->C_MessageDecryptFinal(session);
  g->C_MessageSignInit(session, &ecb, key);
  g->C_SignMessage(session, NULL, 0, data, 32, OUT);
  g->C_SignMessageBegin(session, NULL, 0);
  g->C_SignMessageNext(session, NULL, 0, data, 32, NULL, NULL);
  g->C_SignMessageNext(session, NULL, 0, data, 32, OUT);
  g->C_MessageSignFinal(session);
  g->C_MessageVerifyInit(session, &ecb, key);
  g->C_VerifyMessage(session, NULL, 0, data, 32, signature, 64);
  g->C_VerifyMessageBegin(session, NULL, 0);
  g->C_VerifyMessageNext(session, NULL, 0, data, 32, NULL, 0);
  g->C_MessageVerifyFinal(session);
}
