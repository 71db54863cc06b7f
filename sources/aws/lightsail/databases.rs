//! Databases: the authority of RDS that each goes by, and where its server shows what that signed.

use aws_sdk_lightsail::types::RelationalDatabase;
use howler_model::{Binding, Discovered, Endpoint, Resource};

use super::SERVICE;
use crate::aws::AccountRegion;
use crate::aws::listings::lightsail::GetRelationalDatabases;
use crate::source::Gathered;

pub(super) async fn add(at: &AccountRegion, gathered: &mut Gathered) {
    let listed = gathered.note(None, at.list::<GetRelationalDatabases>().await).unwrap_or_default();
    for database in listed.iter() {
        let arn = database.arn().unwrap_or_default();
        let user = at.resource(SERVICE, "lightsail-database", arn, database.name().unwrap_or(arn));
        gathered.facts.bindings.extend(binding(&user, database));
        gathered.facts.discovered.extend(discovered(&user, database));
    }
}

/// The use of an authority, which the server does not show itself.
fn binding(user: &Resource, database: &RelationalDatabase) -> Option<Binding> {
    let authority = database.ca_certificate_identifier().filter(|name| !name.is_empty())?;
    let private = database.publicly_accessible() != Some(true);
    Some(Binding { private, ..Binding::new(authority, user.clone()) })
}

fn discovered(user: &Resource, database: &RelationalDatabase) -> Option<Discovered> {
    let private = database.publicly_accessible() != Some(true);
    Some(Discovered { endpoint: endpoint(database)?, user: user.clone(), private })
}

/// Where it answers, if it speaks a protocol that is known to have TLS in it.
fn endpoint(database: &RelationalDatabase) -> Option<Endpoint> {
    let engine = database.engine()?.to_ascii_lowercase();
    let scheme = ["mysql", "postgres"].into_iter().find(|scheme| engine.contains(scheme))?;
    let server = database.master_endpoint()?;
    format!("{scheme}://{}:{}", server.address()?, server.port()?).parse().ok()
}

#[cfg(test)]
mod tests {
    use aws_sdk_lightsail::types::RelationalDatabaseEndpoint;
    use aws_sdk_lightsail::types::builders::RelationalDatabaseBuilder;
    use howler_model::{Partition, Scope};

    use super::*;

    fn database(engine: &str) -> RelationalDatabaseBuilder {
        let server = RelationalDatabaseEndpoint::builder().address("db.example").port(6033).build();
        RelationalDatabase::builder()
            .engine(engine)
            .master_endpoint(server)
            .ca_certificate_identifier("rds-ca-rsa2048-g1")
            .publicly_accessible(true)
    }

    fn user() -> Resource {
        let account = "123456789012".parse().unwrap();
        let scope = Scope::aws(Partition::Aws, account, "eu-west-1".parse().unwrap(), SERVICE);
        Resource { scope, kind: "lightsail-database", id: "arn:db".into(), name: "db".into() }
    }

    #[test]
    fn a_database_is_found_by_its_own_protocol() {
        let found = |database: RelationalDatabaseBuilder| {
            discovered(&user(), &database.build()).map(|one| (one.endpoint.to_string(), one.private))
        };
        assert_eq!(found(database("MySQL")), Some(("mysql://db.example:6033".to_owned(), false)));
        assert_eq!(found(database("postgres")), Some(("postgres://db.example:6033".to_owned(), false)));
        assert_eq!(found(database("other")), None);
        assert_eq!(found(database("mysql").set_master_endpoint(None)), None);
        for public in [Some(false), None] {
            let found = found(database("mysql").set_publicly_accessible(public));
            assert_eq!(found.map(|(_, private)| private), Some(true), "{public:?}");
        }
    }

    #[test]
    fn the_authority_is_named_as_rds_names_it() {
        let of = |database: RelationalDatabaseBuilder| binding(&user(), &database.build());
        let found = of(database("mysql")).unwrap();
        assert_eq!((found.certificate.as_str(), found.private), ("rds-ca-rsa2048-g1", false));
        assert!(found.endpoints.is_empty() && found.names.is_empty());
        assert!(of(database("mysql").publicly_accessible(false)).unwrap().private);
        assert_eq!(of(database("mysql").set_ca_certificate_identifier(None)), None);
    }
}
