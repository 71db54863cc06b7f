"""One region of the server, and the usage that a scan has to find there."""

import boto3


class Place:
    def __init__(self, url, region, times):
        self.url, self.region, self.times, self.usage, self.made = url, region, times, [], 0

    def client(self, service):
        region = "us-east-1" if self.region == "global" else self.region
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id="moto",
            aws_secret_access_key="moto",
        )

    def uses(self, quota, usage, of=None):
        """The usage of a quota: SERVICE/CODE, of one resource where each has a quota of its own."""
        name = quota if of is None else f"{quota}/{of}"
        self.usage.append({"region": self.region, "quota": name, "usage": usage})

    def make(self, count, one):
        """Makes that many times `times`, counts them, and gives what each came to."""
        made = [one(number) for number in range(count * self.times)]
        self.made += len(made)
        return made


def pages(client, operation, key, **arguments):
    """All that an operation lists, whatever its pages."""
    if client.can_paginate(operation):
        answers = client.get_paginator(operation).paginate(**arguments)
    else:
        answers = [getattr(client, operation)(**arguments)]
    return [item for answer in answers for item in answer.get(key, [])]
