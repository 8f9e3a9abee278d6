"""The agendas that come with the package, one YAML file each."""
