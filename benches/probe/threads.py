"""Python's own TLS in 32 threads: each certificate is verified, and the day that it ends is read."""

import socket
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor

context = ssl.create_default_context(cafile=sys.argv[2])


def certificate(endpoint):
    host, port = endpoint.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout=10) as stream:
            with context.wrap_socket(stream, server_hostname=host) as tls:
                return tls.getpeercert()
    except OSError as error:
        return error


with open(sys.argv[1]) as lines, ThreadPoolExecutor(32) as pool:
    endpoints = lines.read().split()
    for endpoint, answer in zip(endpoints, pool.map(certificate, endpoints)):
        print(endpoint, answer["subject"] if isinstance(answer, dict) else answer)
