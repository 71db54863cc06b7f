//! What a database engine says about its certificates, and how its clients ask for TLS.

use howler_model::{Endpoint, StartTls};

/// What a server of the engine has, as resources are called.
pub(super) fn kind(engine: &str) -> &'static str {
    match engine {
        "docdb" => "docdb-server-certificate",
        "neptune" => "neptune-server-certificate",
        _ => "rds-server-certificate",
    }
}

/// Where a server of the engine speaks TLS, if that is where it listens: Oracle and Db2 have a port of its own for
/// it, which RDS does not tell.
pub(super) fn endpoint(engine: &str, host: &str, port: i32) -> Option<Endpoint> {
    let starttls = match engine {
        "postgres" | "aurora-postgresql" => Some(StartTls::Postgres),
        "mysql" | "mariadb" | "aurora" | "aurora-mysql" => Some(StartTls::Mysql),
        "docdb" | "neptune" => None,
        other if other.contains("sqlserver-") => Some(StartTls::Tds),
        _ => return None,
    };
    let direct = Endpoint::direct(host, port.try_into().ok()?).ok()?;
    Some(Endpoint { starttls, ..direct })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_is_asked_in_its_own_way() {
        let text = |engine| endpoint(engine, "db.example", 7000).map(|endpoint| endpoint.to_string());
        for (engine, expected) in [
            ("postgres", "postgres://db.example:7000"),
            ("aurora-postgresql", "postgres://db.example:7000"),
            ("mariadb", "mysql://db.example:7000"),
            ("aurora-mysql", "mysql://db.example:7000"),
            ("sqlserver-web", "tds://db.example:7000"),
            ("custom-sqlserver-ee", "tds://db.example:7000"),
            ("docdb", "db.example:7000"),
            ("neptune", "db.example:7000"),
        ] {
            assert_eq!(text(engine).as_deref(), Some(expected), "{engine}");
        }
        assert_eq!(text("oracle-ee"), None);
        assert_eq!(text("db2-se"), None);
        assert_eq!(endpoint("mysql", "db.example", 0), None);
        assert_eq!(endpoint("mysql", "", 3306), None);
        // A port that says something else does not change what the engine speaks.
        assert_eq!(endpoint("docdb", "db.example", 5432).and_then(|endpoint| endpoint.starttls), None);
    }
}
