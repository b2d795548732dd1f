"""Zones to try where the configured one seems wrong."""

ZONES = (
    "Europe/Paris", "America/New_York", "Europe/London", "America/Chicago", "America/Los_Angeles",
    "America/Denver", "America/Sao_Paulo", "America/Mexico_City", "Asia/Tokyo", "Australia/Sydney",
    "Asia/Kolkata", "Asia/Shanghai", "Europe/Athens", "Europe/Moscow", "Europe/Istanbul", "UTC",
    "America/Halifax", "America/Argentina/Buenos_Aires", "America/Bogota", "America/Phoenix",
    "America/Santiago", "Australia/Brisbane", "Australia/Adelaide", "Australia/Darwin",
    "Australia/Perth", "Pacific/Auckland", "Asia/Dubai", "Asia/Karachi", "Asia/Dhaka",
    "Asia/Bangkok", "Asia/Jerusalem", "Asia/Riyadh", "Africa/Cairo", "Africa/Johannesburg",
    "Africa/Lagos", "Africa/Casablanca", "Asia/Tehran", "Asia/Kabul", "Asia/Kathmandu",
    "Asia/Yangon", "Asia/Tashkent", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Asia/Vladivostok",
    "Asia/Kamchatka", "America/St_Johns", "America/Caracas", "America/Havana", "America/Asuncion",
    "America/Anchorage", "America/Noronha", "Atlantic/Azores", "Atlantic/Cape_Verde",
    "Pacific/Honolulu", "Pacific/Pago_Pago", "Pacific/Marquesas", "Pacific/Chatham",
    "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Noumea", "Australia/Lord_Howe", "America/Nuuk",
    "Asia/Almaty", "Asia/Gaza", "America/Adak", "America/Miquelon", "Pacific/Easter",
    "Pacific/Norfolk",
)  # fmt: skip
"""One name for each offset and rule of summer time in use since 2000, large ones first."""
