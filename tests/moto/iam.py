"""Users, groups, roles, policies and identity providers."""

import json

from certificates import certificate, ends, federation, key_of, told
from place import pages

TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]}


def document(number):
    action = [f"s3:Get{number}"]
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def size(policy):
    """What IAM counts: no white space."""
    return len(json.dumps(policy, separators=(",", ":")))


def iam(place):
    client = place.client("iam")
    before = {kind: len(pages(client, f"list_{kind}", kind.title())) for kind in ["users", "groups", "roles"]}
    policies = place.make(9, lambda number: policy(place, client, number))
    groups = place.make(4, lambda number: group(place, client, number, policies))
    users = place.make(25, lambda number: user(place, client, number, groups, policies))
    roles = place.make(40, lambda number: role(place, client, number, policies))
    place.make(5, lambda number: client.create_instance_profile(InstanceProfileName=f"profile{number}"))
    place.make(3, lambda number: provider(client, number))
    signers = place.make(2, lambda number: saml_provider(client, number))
    place.uses("iam/L-F55AF5E4", before["users"] + len(users))
    place.uses("iam/L-F4A5425F", before["groups"] + len(groups))
    place.uses("iam/L-FE177D64", before["roles"] + len(roles))
    place.uses("iam/L-E95E4862", len(policies))
    place.uses("iam/L-6E65F664", 5)
    place.uses("iam/L-858F3967", 3)
    place.uses("iam/L-DB618D39", 2)
    providers = [
        {"id": one["Arn"], "region": "global", "not_after": f"{one['ValidUntil']:%Y-%m-%dT%H:%M:%SZ}", "sha256": None}
        for one in client.list_saml_providers()["SAMLProviderList"]
    ]
    return signers + providers


def policy(place, client, number):
    text = json.dumps(document(number), indent=2)  # the white space must not count
    arn = client.create_policy(PolicyName=f"policy{number}", PolicyDocument=text)["Policy"]["Arn"]
    for version in range(number % 4):
        client.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document(version)))
    place.uses("iam/L-8E23FFD8", 1 + number % 4, arn)
    place.uses("iam/L-ED111B8C", size(document(number)), arn)
    return arn


def group(place, client, number, policies):
    arn = client.create_group(GroupName=f"group{number}")["Group"]["Arn"]
    for one in policies[: number + 1]:
        client.attach_group_policy(GroupName=f"group{number}", PolicyArn=one)
    place.uses("iam/L-384571C4", number + 1, arn)
    return f"group{number}"


def user(place, client, number, groups, policies):
    arn = client.create_user(UserName=f"user{number}")["User"]["Arn"]
    for one in groups[: number % 5]:
        client.add_user_to_group(GroupName=one, UserName=f"user{number}")
    for one in policies[: number % 3]:
        client.attach_user_policy(UserName=f"user{number}", PolicyArn=one)
    place.uses("iam/L-7A1621EC", min(number % 5, len(groups)), arn)
    place.uses("iam/L-4019AD8B", number % 3, arn)


def role(place, client, number, policies):
    answer = client.create_role(RoleName=f"role{number}", AssumeRolePolicyDocument=json.dumps(TRUST, indent=4))
    for one in policies[: number % 9]:
        client.attach_role_policy(RoleName=f"role{number}", PolicyArn=one)
    place.uses("iam/L-0DA4ABF3", number % 9, answer["Role"]["Arn"])
    place.uses("iam/L-C07B4B0D", size(TRUST), answer["Role"]["Arn"])


def saml_provider(client, number):
    host = f"idp{number}.example.com"
    signer = certificate(host, key_of("EC-P-256"), ends(number))
    metadata = federation(host, signer)
    arn = client.create_saml_provider(Name=f"saml{number}", SAMLMetadataDocument=metadata)["SAMLProviderArn"]
    return told(arn, "global", signer, of=f"{arn}#signing")


def provider(client, number):
    url = f"https://issuer{number}.example.com"
    client.create_open_id_connect_provider(Url=url, ThumbprintList=["0" * 40], ClientIDList=["sts"])
