"""Which versions the local engines are: the one place to change when an engine is upgraded.

Read by `kafka` and `elasticsearch`. Coordinates are Maven's `group:artifact:version`; what belongs together on one
class path is joined by `+`; `!` keeps a coordinate from choosing the versions of the others.
"""

KAFKA_VERSION = "4.1.1"
ELASTICSEARCH_VERSION = "9.5.3"
ECJ_VERSION = "3.43.0"
JAVA_LEVEL = 21
"""The language level of our own Java classes, which is the lowest that this Elasticsearch runs on."""

KAFKA = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
    # The broker logs through slf4j 1.7; its published jar leaves the choice of the writer to us.
    "+org.apache.logging.log4j:log4j-slf4j-impl:2.24.3!"
)
ELASTICSEARCH = f"org.elasticsearch:elasticsearch:{ELASTICSEARCH_VERSION}"
ELASTICSEARCH_HTTP = f"org.elasticsearch.plugin:transport-netty4:{ELASTICSEARCH_VERSION}"
ECJ = f"org.eclipse.jdt:ecj:{ECJ_VERSION}"
