"""Python's own TLS in 32 threads: each certificate is taken, none is read or judged."""

import socket
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor

context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE


def certificate(endpoint):
    host, port = endpoint.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout=10) as stream:
            with context.wrap_socket(stream) as tls:
                der = tls.getpeercert(binary_form=True)
    except OSError as error:
        return f"{endpoint} {error}"
    return der.decode("latin-1")


with open(sys.argv[1]) as hosts, ThreadPoolExecutor(32) as pool:
    for answer in pool.map(certificate, hosts.read().split()):
        print(ascii(answer))
