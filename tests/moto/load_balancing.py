"""Application and network load balancers, with listeners, rules, target groups and certificates."""


def load_balancing(place, vpc, subnets, certificates):
    elb = place.client("elbv2")
    arns = [certificate["id"] for certificate in certificates]
    target = elb.create_target_group(Name="default", Protocol="HTTPS", Port=443, VpcId=vpc)
    target = target["TargetGroups"][0]["TargetGroupArn"]
    action = {"Type": "forward", "TargetGroupArn": target}

    def balancer(kind, number):
        made = elb.create_load_balancer(Name=f"{kind}{number}", Subnets=subnets[:2], Type=kind)
        return made["LoadBalancers"][0]["LoadBalancerArn"]

    def application(number):
        arn = balancer("application", number)
        made = elb.create_listener(
            LoadBalancerArn=arn, Protocol="HTTPS", Port=443, DefaultActions=[action],
            Certificates=[{"CertificateArn": arns[number]}],
        )
        listener = made["Listeners"][0]["ListenerArn"]
        further = arns[number + 1 : 2 * number + 2]
        for one in further:
            elb.add_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": one}])
        elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[action])
        rules(listener, 2 + number)
        place.uses("elasticloadbalancing/L-B6DF7632", 2, arn)
        place.uses("elasticloadbalancing/L-7EED9B64", 2 + number, arn)
        place.uses("elasticloadbalancing/L-9365A611", len(further), arn)
        place.uses("elasticloadbalancing/L-822D1B1B", 1, arn)

    def network(number):
        arn = balancer("network", number)
        for port in range(443, 443 + number):
            elb.create_listener(
                LoadBalancerArn=arn, Protocol="TLS", Port=port, DefaultActions=[action],
                Certificates=[{"CertificateArn": arns[0]}],
            )
        place.uses("elasticloadbalancing/L-57A373D6", number, arn)
        place.uses("elasticloadbalancing/L-52964454", 0, arn)

    def rules(listener, count):
        for priority in range(1, count + 1):
            where = [{"Field": "path-pattern", "Values": [f"/{priority}"]}]
            elb.create_rule(ListenerArn=listener, Priority=priority, Conditions=where, Actions=[action])

    def group(number):
        elb.create_target_group(Name=f"group{number}", Protocol="HTTP", Port=80, VpcId=vpc)

    place.uses("elasticloadbalancing/L-53DA6B97", len(place.make(4, application)))
    place.uses("elasticloadbalancing/L-69A177A2", len(place.make(2, network)))
    place.uses("elasticloadbalancing/L-B22855CB", 1 + len(place.make(5, group)))
