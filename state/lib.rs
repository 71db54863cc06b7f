//! What earlier scans saw: documents that are kept, and an index of them.
