"""The rota worked out: who is on when, how that covers what is wanted, how fair it is, who could stand in. Pure.

Shared by the services that need it (route decides on it, desk shows it): a function of a team's agreements, without Kafka,
HTTP or clock. The rules are in `docs/rota-and-routing.md`; what the agreements say is in `services/contracts/rota.py`.
"""
