"""Every setting of the product: prefix ``HUANXUN_``, read only by entry points."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.domain.outgoing.targets import origins_of
from models.domain.public.limits import PublicLimits
from models.domain.public.upload_limits import MOST_FILE_BYTES, UploadLimits
from models.vault import Suite

_PUBLIC = PublicLimits()
_UPLOADS = UploadLimits()


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
    hotline: str = Field(default=_PUBLIC.hotline, max_length=20, description="公众接口拒绝时告知的热线")
    office_hours: str = Field(default=_PUBLIC.office_hours, max_length=80, description="告知公众的上班时间")
    bureau_phone: str = Field(
        default=_PUBLIC.bureau_phone, max_length=40, description="告知公众的本局电话；不填则不提"
    )
    free_challenges_per_network_hour: int = Field(
        default=_PUBLIC.free_challenges_per_network_hour,
        ge=1,
        description="每个网络每小时多少次验证不费力（一步）；再多则每满一倍涨一级",
    )
    challenge_most_steps: int = Field(
        default=_PUBLIC.challenge_most_steps,
        ge=1,
        le=10_000,
        description=(
            "一次验证最多多少步（每步 2000 次 PBKDF2/SHA-256）。400 步在 2018 年低端手机上估计不超过 3 秒："
            "Cortex-A53 软件 SHA-256 每字节 15.5 周期（OpenSSL），1.4 GHz 单核每秒约 70 万次迭代，"
            "浏览器和降频折半，每步另加 1 毫秒；未在真机上测过，可能差一倍"
        ),
    )
    ticket_most_shown_per_hour: int = Field(
        default=_PUBLIC.ticket_most_shown_per_hour,
        ge=20,
        description="同一个提交凭证每小时最多出示多少次（照片、重试都算）；只限住反复重放的人",
    )
    plain_forms_per_network_hour: int = Field(
        default=_PUBLIC.plain_forms_per_network_hour,
        ge=0,
        description="每个网络每小时接受多少份不带验证的普通表单",
    )
    plain_forms_per_hour: int = Field(
        default=_PUBLIC.plain_forms_per_hour, ge=0, description="每小时一共接受多少份不带验证的普通表单"
    )
    form_fill_least_seconds: int = Field(
        default=_PUBLIC.form_fill_least_seconds,
        ge=0,
        description="普通表单打开后不到多少秒就提交的，标记“过快”，照常收下",
    )
    wrong_codes_free_per_hour: int = Field(
        default=_PUBLIC.wrong_codes_free_per_hour,
        ge=0,
        description="一个编号每小时输错多少次查询码以内不变慢；变慢从 0.25 秒起逐次加倍，从不锁住",
    )
    wrong_code_longest_seconds: float = Field(
        default=_PUBLIC.wrong_code_longest_seconds, gt=0, le=30, description="变慢最多多少秒"
    )
    wrong_code_most_waiting: int = Field(
        default=_PUBLIC.wrong_code_most_waiting,
        ge=1,
        le=10_000,
        description="同时最多让多少个查询等着；再多时立即核对，错的请其稍后再试",
    )
    cipher_suite: Suite = Field(
        default=Suite.AES_256_GCM,
        description="新封存内容的加密算法：AES-256-GCM 或 SM4-GCM；已封存的不受影响，都能打开",
    )
    upload_file_bytes: int = Field(
        default=_UPLOADS.upload_file_bytes,
        ge=100_000,
        le=MOST_FILE_BYTES,
        description="公众上传的一张照片最大多少字节",
    )
    upload_waiting_bytes: int = Field(
        default=_UPLOADS.upload_waiting_bytes,
        ge=1_000_000,
        description="正在上传的照片一共最多占多少字节内存；超过时请后来的稍后再传，文字不受影响",
    )
    upload_body_seconds: float = Field(
        default=_UPLOADS.upload_body_seconds, gt=0, le=3600, description="一张照片最多传多少秒"
    )
    link_base: str = Field(
        default="",
        pattern=r"^(https?://[^\s?#]+)?$",
        description="外发消息里链接的开头，如 https://huanxun.example；不填则消息不带链接",
    )
    webhook_origins: str = Field(
        default="",
        description=(
            "通知渠道可以例外的目标，逗号分隔，如 http://10.1.2.3:9000, smtp://10.1.2.4:25；"
            "只有列出的才可以不加密、用其他端口或在内部网络"
        ),
    )
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

    @property
    def origins(self) -> frozenset[str]:
        """The allow-list of the guard of what goes out."""
        return origins_of(self.webhook_origins)

    @property
    def upload_limits(self) -> UploadLimits:
        """What photos on their way in may cost."""
        return UploadLimits(**{one.name: getattr(self, one.name) for one in fields(UploadLimits)})

    @property
    def public_limits(self) -> PublicLimits:
        """The thresholds of the public face."""
        return PublicLimits(**{one.name: getattr(self, one.name) for one in fields(PublicLimits)})
