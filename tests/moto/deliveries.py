"""What gateways in AWS deliver to: `make` creates topics and a bus that pass all on to queues, `read` empties these."""

import json
import sys

import boto3

REGION = "eu-west-1"
ACCOUNT = "123456789012"


def client(url, service):
    keys = {"aws_access_key_id": "moto", "aws_secret_access_key": "moto"}
    return boto3.client(service, region_name=REGION, endpoint_url=url, **keys)


def queue(url, name, **attributes):
    made = client(url, "sqs").create_queue(QueueName=name, Attributes=attributes)
    return made["QueueUrl"], f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def topic(url, name, queue_name, policy=None, **attributes):
    """A topic whose messages go to a queue: all of them, or those that the policy lets through."""
    sns = client(url, "sns")
    arn = sns.create_topic(Name=name, Attributes=attributes)["TopicArn"]
    address, queue_arn = queue(url, queue_name, **attributes)
    filters = {"FilterPolicy": json.dumps(policy)} if policy else {}
    sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue_arn, Attributes=filters)
    return arn, address


def bus(url, name, pattern):
    events = client(url, "events")
    arn = events.create_event_bus(Name=name)["EventBusArn"]
    address, queue_arn = queue(url, name)
    events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "queue", "Arn": queue_arn}])
    return arn, address


def make(url):
    all_of = topic(url, "howler", "all")
    critical = client(url, "sns")
    some, some_arn = queue(url, "critical")
    policy = json.dumps({"severity": ["critical"]})
    critical.subscribe(TopicArn=all_of[0], Protocol="sqs", Endpoint=some_arn, Attributes={"FilterPolicy": policy})
    ordered = topic(url, "howler.fifo", "ordered.fifo", FifoTopic="true", FifoQueue="true")
    events = bus(url, "howler", {"source": ["howler"], "detail": {"change": ["opened"]}})
    scans = bus(url, "scans", {"detail-type": ["Howler Scan"]})
    return {
        "topic": all_of[0],
        "fifo": ordered[0],
        "bus": events[0],
        "scans": scans[0],
        "queues": {"all": all_of[1], "critical": some, "ordered": ordered[1], "events": events[1], "scans": scans[1]},
    }


def read(url, address):
    sqs = client(url, "sqs")
    while True:
        messages = sqs.receive_message(QueueUrl=address, MaxNumberOfMessages=10, WaitTimeSeconds=0).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=address, ReceiptHandle=message["ReceiptHandle"])
            yield json.loads(message["Body"])
        if not messages:
            return


if sys.argv[2] == "make":
    print(json.dumps(make(sys.argv[1])))
else:
    print(json.dumps(list(read(sys.argv[1], sys.argv[3]))))
