"""The settings that the desk has beside those of every service."""

from pathlib import Path

from pydantic import Field

from services.kit.settings import Settings


class DeskSettings(Settings):
    """Every service's settings and the desk's own."""

    desk_url: str = Field(pattern=r"^https?://[^/]+$", description="where browsers find the desk: scheme, host and port, without a path")
    registry_url: str = Field(description="where the registry answers")
    requests_url: str = Field(description="where requests answers")
    matcher_url: str = Field(description="where the matcher answers")
    oidc_discovery: str = Field(description="URL of the identity provider's discovery document (.well-known/openid-configuration)")
    oidc_client: str = Field(default="manyhands-desk", description="what the desk is called at the identity provider (client id)")
    oidc_secret_file: Path = Field(description="a file with the client's secret alone; sessions' cookies are signed with it too")
    session_hours: float = Field(default=10, gt=0, le=24, description="hours after which everybody signs in anew")
    session_idle_minutes: float = Field(default=60, gt=0, description="minutes without a call after which a session ends")
    sign_ins: int = Field(default=30, ge=1, description="sign-ins that one network address may begin in five minutes")
