"""Makes an organisation on a moto server and prints, as JSON, which certificates are in which account and region.

    organization.py http://127.0.0.1:5000

The caller's account and four others: one in a unit, one in a unit of that unit, one in none, and a closed one.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

import boto3
from certificates import certificate, key_of, pem, private, told

REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2", "sa-east-1"]
KEY = "EC-P-256"


def client(url, service, region="us-east-1", key="moto", secret="moto", token=None):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
    )


def inside(url, account):
    """A maker of clients that act in another account."""
    role = f"arn:aws:iam::{account}:role/howler"
    given = client(url, "sts").assume_role(RoleArn=role, RoleSessionName="seed")["Credentials"]
    secrets = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return lambda service, region="us-east-1": client(url, service, region, *secrets)


def organize(url):
    """The organisation: its members, the unit in it, and the closed account."""
    organizations = client(url, "organizations")
    management = organizations.create_organization(FeatureSet="ALL")["Organization"]["MasterAccountId"]
    root = organizations.list_roots()["Roots"][0]["Id"]

    def account(name):
        status = organizations.create_account(Email=f"{name}@example.com", AccountName=name)
        return status["CreateAccountStatus"]["AccountId"]

    def unit(parent, name):
        return organizations.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]

    shop, cards, mail, closed = (account(name) for name in ["shop", "cards", "mail", "closed"])
    above = unit(root, "production")
    below = unit(above, "payments")
    organizations.move_account(AccountId=shop, SourceParentId=root, DestinationParentId=above)
    organizations.move_account(AccountId=cards, SourceParentId=root, DestinationParentId=below)
    organizations.close_account(AccountId=closed)
    return {"management": management, "unit": above, "in_unit": [shop, cards], "in_none": [mail], "closed": closed}


def fill(account, clients, number):
    """One certificate of ACM in each region and one of IAM, each with an end of its own."""
    start = datetime.now(timezone.utc).replace(microsecond=0)
    made = []
    for step, region in enumerate([*REGIONS, "global"]):
        end = start + timedelta(days=10 + 50 * number + 7 * step)
        one = certificate(f"{region}.{account}.example.com", key_of(KEY), end)
        if region == "global":
            body, name = pem(one), f"c{account}"
            answer = clients("iam").upload_server_certificate(
                ServerCertificateName=name, CertificateBody=body, PrivateKey=private(key_of(KEY))
            )
            arn = answer["ServerCertificateMetadata"]["Arn"]
        else:
            acm = clients("acm", region)
            arn = acm.import_certificate(Certificate=pem(one), PrivateKey=private(key_of(KEY)))["CertificateArn"]
        made.append(told(arn, region, one) | {"account": account})
    return made


def main(url):
    organization = organize(url)
    makers = {account: inside(url, account) for account in organization["in_unit"] + organization["in_none"]}
    makers[organization["management"]] = lambda service, region="us-east-1": client(url, service, region)
    filled = [fill(account, clients, number) for number, (account, clients) in enumerate(makers.items())]
    print(json.dumps(organization | {"certificates": [one for made in filled for one in made]}))


main(sys.argv[1])
