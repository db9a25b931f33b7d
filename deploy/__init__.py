"""Ways to run webcare: local engines, the demo, containers, dashboards."""
