"""Fills a moto server and prints, as JSON, what was made and what a scan therefore has to find.

    seed.py http://127.0.0.1:5000

Usage is what this script made, plus what boto3 said was there before. Where making one thing makes others (an
instance has a volume and an interface), boto3 is asked afterwards, and what it lists is counted here.
"""

import json
import sys

from certificates import acm_certificates, iam_certificates
from compute import compute
from iam import iam
from load_balancing import load_balancing
from network import network
from place import Place

REGIONS = {"us-east-1": 1, "eu-west-1": 2}  # everything is made once more in the second one


def main(url):
    everywhere = Place(url, "global", 1)
    certificates = iam_certificates(everywhere)
    certificates += iam(everywhere)
    usage, made = everywhere.usage, everywhere.made
    for region, times in REGIONS.items():
        place = Place(url, region, times)
        listed = acm_certificates(place)
        vpc, subnets = network(place)
        compute(place, subnets)
        load_balancing(place, vpc, subnets, listed)
        certificates += listed
        usage += place.usage
        made += place.made
    print(json.dumps({"certificates": certificates, "usage": usage, "made": made}))


main(sys.argv[1])
