"""A moto server on a free port: prints its address, and ends when its standard input does, so that none outlives a test.

    serve.py [ADDRESS]

The names that moto gives classic load balancers lead nowhere; with an ADDRESS, they have that one in their place.
"""

import sys

from moto.elb.models import LoadBalancer
from moto.server import ThreadedMotoServer


def lead(address):
    made = LoadBalancer.__init__

    def there(self, *args, **kwargs):
        made(self, *args, **kwargs)
        self.dns_name = address

    LoadBalancer.__init__ = there


for address in sys.argv[1:]:
    lead(address)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
print(f"http://{host}:{port}", flush=True)
sys.stdout = sys.stderr  # nobody reads on, and moto prints which services it lacks: that would break their answers
sys.stdin.read()
