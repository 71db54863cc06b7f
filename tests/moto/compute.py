"""Instances, volumes, addresses, templates and Auto Scaling groups."""

from place import pages

# vCPUs that AWS gives these types, and the quota that counts them.
ON_DEMAND = {
    "m5.large": (2, "ec2/L-1216C47A"),
    "c5.2xlarge": (8, "ec2/L-1216C47A"),
    "t3.micro": (2, "ec2/L-1216C47A"),
    "g4dn.xlarge": (4, "ec2/L-DB2E81BA"),
    "p4d.24xlarge": (96, "ec2/L-417A185B"),
    "trn1.2xlarge": (8, "ec2/L-2C3B7624"),
    "hpc6a.48xlarge": (96, "ec2/L-F7808C92"),
    "inf1.xlarge": (4, "ec2/L-1945791B"),
    "x1e.xlarge": (4, "ec2/L-7295265B"),
}
VOLUMES = {  # by type: how many, GiB and IOPS of each, and the quotas of both
    "gp2": (6, 100, None, "ebs/L-D18FCD1D", None),
    "gp3": (20, 96, None, "ebs/L-7A658B76", None),
    "io1": (3, 64, 1000, "ebs/L-FD252861", "ebs/L-B3A130E6"),
    "io2": (2, 32, 2000, "ebs/L-09BD8365", "ebs/L-8D977E7E"),
    "st1": (2, 500, None, "ebs/L-82ACEF56", None),
    "sc1": (1, 256, None, "ebs/L-17AF77E8", None),
    "standard": (4, 16, None, "ebs/L-9CF3C2EB", None),
}


def compute(place, subnets):
    ec2 = place.client("ec2")
    instances(place, ec2, subnets[0])
    volumes(place, ec2)
    place.make(4, lambda _: ec2.allocate_address(Domain="vpc"))
    place.uses("ec2/L-0263D0A3", len(pages(ec2, "describe_addresses", "Addresses")))
    data = {"InstanceType": "m5.large"}
    launch = lambda number: ec2.create_launch_template(LaunchTemplateName=f"lt{number}", LaunchTemplateData=data)
    place.uses("ec2/L-FB451C26", len(place.make(5, launch)))
    hosts = lambda kind, count: ec2.allocate_hosts(
        AvailabilityZone=f"{place.region}a", InstanceType=f"{kind}.large", Quantity=count
    )
    place.make(1, lambda _: hosts("m5", 2))
    place.uses("ec2/L-8B7BF662", 2 * place.times)
    place.uses("ec2/L-81657574", 0)
    scaling_groups(place, subnets[0])
    place.uses("vpc/L-DF5E4CA3", len(pages(ec2, "describe_network_interfaces", "NetworkInterfaces")))


def instances(place, ec2, subnet):
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    vcpus = {}
    for number, (kind, (cpus, quota)) in enumerate(ON_DEMAND.items()):
        count = (2 + number) * place.times
        made = ec2.run_instances(ImageId=image, InstanceType=kind, MinCount=count, MaxCount=count, SubnetId=subnet)
        stopped = [one["InstanceId"] for one in made["Instances"]][:1]
        ec2.stop_instances(InstanceIds=stopped)  # a stopped one does not count
        vcpus[quota] = vcpus.get(quota, 0) + cpus * (count - 1)
        place.made += count
    for quota, count in vcpus.items():
        place.uses(quota, count)
    place.uses("ec2/L-74FC7D96", 0)
    spot = {"MarketType": "spot"}
    ec2.run_instances(ImageId=image, InstanceType="m5.large", MinCount=3, MaxCount=3, InstanceMarketOptions=spot)
    place.uses("ec2/L-34B43A08", 3 * 2)


def volumes(place, ec2):
    zone = f"{place.region}a"
    for kind, (count, size, iops, *_) in VOLUMES.items():
        more = {"Iops": iops} if iops else {}
        place.make(count, lambda _: ec2.create_volume(AvailabilityZone=zone, Size=size, VolumeType=kind, **more))
    # Instances have a volume each.
    listed = pages(ec2, "describe_volumes", "Volumes")
    for kind, (count, size, iops, storage, rate) in VOLUMES.items():
        of_kind = [volume for volume in listed if volume["VolumeType"] == kind]
        assert len(of_kind) >= count * place.times, kind
        place.uses(storage, sum(volume["Size"] for volume in of_kind) / 1024)
        if rate:
            place.uses(rate, count * place.times * iops)
    volume = listed[0]["VolumeId"]
    made = place.make(6, lambda number: ec2.create_snapshot(VolumeId=volume, Description=f"snapshot {number}"))
    # Moto lists public snapshots of others as one's own; howler looks at the owner.
    place.uses("ebs/L-309BACF6", len(made))
    place.uses("ebs/L-3A0E616D", 0)


def scaling_groups(place, subnet):
    scaling = place.client("autoscaling")
    settings = {"LaunchConfigurationName": "web", "ImageId": "ami-12345678", "InstanceType": "m5.large"}
    scaling.create_launch_configuration(**settings)

    def one(number):
        group = {"AutoScalingGroupName": f"group{number}", "LaunchConfigurationName": "web"}
        scaling.create_auto_scaling_group(**group, MinSize=0, MaxSize=4, VPCZoneIdentifier=subnet)
        name = {"AutoScalingGroupName": f"group{number}"}
        for policy in range(number):
            scaling.put_scaling_policy(
                **name, PolicyName=f"policy{number}-{policy}", PolicyType="SimpleScaling",
                AdjustmentType="ChangeInCapacity", ScalingAdjustment=1,
            )
        for action in range(number + 1):
            scaling.put_scheduled_update_group_action(
                **name, ScheduledActionName=f"action{number}-{action}", DesiredCapacity=1, Recurrence="0 6 * * *"
            )
        hook = {"LifecycleHookName": "drain", "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"}
        scaling.put_lifecycle_hook(**name, **hook)
        arn = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[f"group{number}"])
        arn = arn["AutoScalingGroups"][0]["AutoScalingGroupARN"]
        place.uses("autoscaling/L-72753F6F", number, arn)
        place.uses("autoscaling/L-F0B00D71", number + 1, arn)
        place.uses("autoscaling/L-1312BBBF", 1, arn)
        place.uses("autoscaling/L-05CB8B12", 0, arn)
        place.uses("autoscaling/L-F786B2E5", 0, arn)

    place.make(3, one)
