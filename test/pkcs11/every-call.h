/* What both halves of every-call share. */
#include <p11-kit/pkcs11.h>

extern CK_FUNCTION_LIST *f;
extern CK_SESSION_HANDLE session;
extern unsigned char data[64], out[1024], signature[512];
extern CK_ULONG length;

/* A buffer for an answer, and its room. */
#define OUT (length = sizeof out, out), &length

/* The functions of the newest interface, which has a connection of its own; NULL where there is none. */
CK_FUNCTION_LIST *functions_of(void *module);

/* Makes the calls that PKCS#11 3.0 added, if the functions have them. */
void calls_of_3_0(CK_OBJECT_HANDLE key, unsigned char *pin);
