"""Puts a certificate into ACM and prints its ARN.

    renewed.py URL CERTIFICATE KEY listen PORT    with a listener of a load balancer on that port that uses it
    renewed.py URL CERTIFICATE KEY renew ARN      in place of the one that is there
"""

import sys
from pathlib import Path

from place import Place


def listen(place, arn, port):
    ec2, elb = place.client("ec2"), place.client("elbv2")
    subnets = ec2.describe_subnets()["Subnets"]
    target = elb.create_target_group(Name="shop", Protocol="HTTPS", Port=443, VpcId=subnets[0]["VpcId"])
    balancer = elb.create_load_balancer(Name="shop", Subnets=[subnet["SubnetId"] for subnet in subnets[:2]])
    elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTPS",
        Port=port,
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target["TargetGroups"][0]["TargetGroupArn"]}],
    )


def main(url, certificate, key, what, of):
    place = Place(url, "us-east-1", 1)
    known = {"CertificateArn": of} if what == "renew" else {}
    body, private = Path(certificate).read_text(), Path(key).read_text()
    made = place.client("acm").import_certificate(Certificate=body, PrivateKey=private, **known)
    if what == "listen":
        listen(place, made["CertificateArn"], int(of))
    print(made["CertificateArn"])


main(*sys.argv[1:])
