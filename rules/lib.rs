//! What people say about findings: who owns them, how bad they are here, what need not be told.
