//! Prints the JSON schema of everything that crosses the border to Python.

use netmodel::facts::Facts;
use netmodel::request::{Reply, Request};
use netmodel::snapshot::Snapshot;
use netmodel::trace::{Event, Origin, Trace};

fn main() {
    let mut generator = schemars::SchemaGenerator::default();
    generator.subschema_for::<Request>();
    generator.subschema_for::<Reply>();
    generator.subschema_for::<Origin>();
    generator.subschema_for::<Trace>();
    generator.subschema_for::<Event>();
    generator.subschema_for::<Snapshot>();
    generator.subschema_for::<Facts>();
    let definitions = generator.take_definitions(true);
    println!("{}", serde_json::to_string_pretty(&definitions).expect("a schema is JSON"));
}
