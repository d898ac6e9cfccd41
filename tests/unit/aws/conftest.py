from tests.unit.aws.log_lines import logged

__all__ = ["logged"]
