"""Puts a certificate into ACM and prints its ARN.

    renewed.py URL CERTIFICATE KEY listen PORT    with a listener of a load balancer on that port that uses it
    renewed.py URL CERTIFICATE KEY renew ARN      in place of the one that is there
"""

import sys
from pathlib import Path

from place import Place


def listen(place, arn, port):
    listener = {"Protocol": "HTTPS", "LoadBalancerPort": port, "InstancePort": 443, "SSLCertificateId": arn}
    place.client("elb").create_load_balancer(
        LoadBalancerName="shop", Listeners=[listener], AvailabilityZones=["us-east-1a"]
    )


def say_again(place, arn):
    """Moto forgets at a renewal that the certificate is in use, until somebody says it again."""
    elb = place.client("elb")
    balancer = elb.describe_load_balancers()["LoadBalancerDescriptions"][0]
    elb.set_load_balancer_listener_ssl_certificate(
        LoadBalancerName=balancer["LoadBalancerName"],
        LoadBalancerPort=balancer["ListenerDescriptions"][0]["Listener"]["LoadBalancerPort"],
        SSLCertificateId=arn,
    )


def main(url, certificate, key, what, of):
    place = Place(url, "us-east-1", 1)
    known = {"CertificateArn": of} if what == "renew" else {}
    body, private = Path(certificate).read_text(), Path(key).read_text()
    made = place.client("acm").import_certificate(Certificate=body, PrivateKey=private, **known)
    if what == "listen":
        listen(place, made["CertificateArn"], int(of))
    else:
        say_again(place, of)
    print(made["CertificateArn"])


main(*sys.argv[1:])
