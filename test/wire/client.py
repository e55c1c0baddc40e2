"""A client in the standard library alone: python3 client.py SOCKET ALGORITHM MESSAGE"""

import base64
import json
import secrets
import socket
import sys

path, algorithm, message = sys.argv[1:]

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(path)
    stream = connection.makefile("rw", encoding="utf-8", newline="\n")

    def call(method, **params):
        request_id = secrets.token_hex(4)
        stream.write(json.dumps({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}) + "\n")
        stream.flush()
        response = json.loads(stream.readline())
        assert response["id"] == request_id
        if "error" in response:
            sys.exit(response["error"]["message"])
        return response["result"]

    call("system.hello", protocol=1, client="python")
    record = call(
        "keys.create",
        name="python/" + secrets.token_hex(8),
        algorithm={"name": algorithm},
        usages=["sign", "verify"],
        requestId=secrets.token_urlsafe(16),
    )["record"]
    version = record["versions"][0]
    data = base64.urlsafe_b64encode(message.encode()).rstrip(b"=").decode()
    signed = call(
        "subtle.sign",
        key=f"{record['id']}/{version['version']}",
        algorithm={"name": algorithm},
        data=data,
    )
    print(json.dumps({"publicKey": version["publicKey"], "signature": signed["signature"]}))
