"""Every setting of the product: prefix ``HUANXUN_``, read only by entry points."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """
    Where things are and what they may use; everything about the law is data in the database instead.

    Durations carry their unit in the name.
    """

    model_config = SettingsConfigDict(env_prefix="HUANXUN_", frozen=True, extra="ignore")

    trusted_proxies: str = Field(
        default="", description="可信反向代理的地址，逗号分隔；只信它们给出的来访地址，默认不信任何代理"
    )
    data_dir: Path = Field(default=Path("data"), description="数据文件夹：数据库、密钥、审计链签名、示例口令")
    host: str = Field(default="127.0.0.1", description="监听地址")
    port: int = Field(default=8000, ge=0, le=65535, description="监听端口")
    database_url: SecretStr | None = Field(
        default=None, description="数据库：不填用数据文件夹里的 SQLite；或 postgresql://用户@主机/库"
    )
    keys_dir: Path | None = Field(default=None, description="密钥文件夹；不填用数据文件夹下的 keys")
    sample_password: SecretStr | None = Field(
        default=None, description="示例实例全部账号的口令（脚本用）；不填则随机"
    )
    clock_offset_file: Path | None = Field(
        default=None, description="时钟偏移文件：内容为秒数；只在示例实例有效，用于演示和测试"
    )
    pool_size: int = Field(default=16, ge=1, le=200, description="API 进程的 PostgreSQL 连接数")
    worker_poll_seconds: float = Field(default=1.0, gt=0, le=60, description="后台进程查看新工作的间隔（秒）")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="日志级别")

    @property
    def url(self) -> str:
        """The database URL in force."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.absolute() / 'huanxun.db'}"

    @property
    def keys(self) -> Path:
        return self.keys_dir or self.data_dir / "keys"
