//! Peerings, which both regions and both accounts list.

use aws_sdk_ec2::types::{
    VpcPeeringConnection, VpcPeeringConnectionStateReasonCode as Code, VpcPeeringConnectionVpcInfo,
};
use howler_model::{AccountId, Region};

use crate::aws::quota::{Counted, tally, whole};

/// Active peerings of each VPC that is here, on whichever side.
pub(super) fn active(peerings: &[VpcPeeringConnection], here: (&AccountId, &Region)) -> Counted {
    let active = peerings.iter().filter(|peering| code(peering) == Some(&Code::Active));
    let sides = active.flat_map(|peering| [peering.requester_vpc_info(), peering.accepter_vpc_info()]);
    let own = sides.flatten().filter(|side| is_here(side, here));
    tally(own.filter_map(VpcPeeringConnectionVpcInfo::vpc_id))
}

/// Requests from here that nobody has accepted yet.
pub(super) fn requested(peerings: &[VpcPeeringConnection], here: (&AccountId, &Region)) -> Counted {
    let waits = |peering: &&VpcPeeringConnection| {
        let from_here = peering.requester_vpc_info().is_some_and(|side| is_here(side, here));
        from_here && code(peering) == Some(&Code::PendingAcceptance)
    };
    whole(peerings.iter().filter(waits).count())
}

fn code(peering: &VpcPeeringConnection) -> Option<&Code> {
    peering.status()?.code()
}

/// A side that names no region is in this one: only peerings between regions need to say.
fn is_here(side: &VpcPeeringConnectionVpcInfo, (account, region): (&AccountId, &Region)) -> bool {
    let is_ours = side.owner_id().is_none_or(|owner| owner == account.as_str());
    is_ours && side.region().is_none_or(|named| named == region.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::quota::each;
    use aws_sdk_ec2::types::VpcPeeringConnectionStateReason;

    const US: &str = "111122223333";
    const THEM: &str = "444455556666";

    /// A VPC of an account in a region.
    type Side<'a> = (&'a str, &'a str, &'a str);

    fn peering(requester: Side<'_>, accepter: Side<'_>, code: Code) -> VpcPeeringConnection {
        let side = |(vpc, owner, region): Side<'_>| {
            VpcPeeringConnectionVpcInfo::builder().vpc_id(vpc).owner_id(owner).region(region).build()
        };
        VpcPeeringConnection::builder()
            .requester_vpc_info(side(requester))
            .accepter_vpc_info(side(accepter))
            .status(VpcPeeringConnectionStateReason::builder().code(code).build())
            .build()
    }

    fn with_here(test: impl Fn((&AccountId, &Region))) {
        test((&US.parse().unwrap(), &"eu-west-1".parse().unwrap()));
    }

    #[test]
    fn active_peerings_count_at_both_ends_that_are_here() {
        let (one, two) = (("vpc-1", US, "eu-west-1"), ("vpc-2", US, "eu-west-1"));
        let (theirs, afar) = (("vpc-8", THEM, "eu-west-1"), ("vpc-9", US, "us-east-1"));
        let all = [
            peering(one, two, Code::Active),
            peering(theirs, one, Code::Active),
            peering(one, afar, Code::Active),
            peering(one, two, Code::Deleted),
            peering(one, two, Code::PendingAcceptance),
        ];
        let expected = each([("vpc-1".to_owned(), 3), ("vpc-2".to_owned(), 1)]);
        with_here(|here| assert_eq!(active(&all, here), expected));
    }

    #[test]
    fn requests_count_where_they_come_from() {
        let (one, theirs, afar) =
            (("vpc-1", US, "eu-west-1"), ("vpc-8", THEM, "eu-west-1"), ("vpc-9", US, "us-east-1"));
        let all = [
            peering(one, theirs, Code::PendingAcceptance),
            peering(one, afar, Code::PendingAcceptance),
            peering(afar, one, Code::PendingAcceptance),
            peering(theirs, one, Code::PendingAcceptance),
            peering(one, theirs, Code::Active),
            peering(one, theirs, Code::Expired),
        ];
        with_here(|here| assert_eq!(requested(&all, here), whole(2)));
    }
}
