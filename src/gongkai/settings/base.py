"""基础设置：各环境共用，取值来自环境变量（GONGKAI_*）。"""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url

BASE_DIR = Path(__file__).resolve().parents[3]
DATA_DIR = Path(os.environ.get("GONGKAI_DATA", BASE_DIR / "var"))

DEVELOPMENT_KEY = "development-only-not-for-production"
SECRET_KEY = os.environ.get("GONGKAI_SECRET_KEY", DEVELOPMENT_KEY)
# 审计链的密钥与会话密钥分开：换会话密钥不应使旧的审计记录全部失验。
# 可写几个，逗号分隔：第一个封新的记录，其余是换下来的，只用来核验旧的。
AUDIT_KEY, *AUDIT_OLD_KEYS = os.environ.get("GONGKAI_AUDIT_KEY", DEVELOPMENT_KEY).split(",")
# 审计锚留在库外：只改得了数据库的人，退不回去也瞒不住。
AUDIT_ANCHORS = os.environ.get("GONGKAI_AUDIT_ANCHORS", DATA_DIR / "audit-anchors.txt")
# 字段加密的密钥，逗号分隔；第一个用于加密，其余只用于解密旧数据（轮换）。
FIELD_KEYS = os.environ.get("GONGKAI_FIELD_KEYS", DEVELOPMENT_KEY).split(",")
# 旧文件都加密之后设为 1：个人信息的文件只认加密的，拿明文顶替的读不出。
SEALED_ONLY = os.environ.get("GONGKAI_SEALED_ONLY", "") == "1"
# 盲索引的密钥：不随字段密钥轮换（换了就查不到旧的），缺省用最早的一个字段密钥。
INDEX_KEY = os.environ.get("GONGKAI_INDEX_KEY", FIELD_KEYS[-1])

DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("GONGKAI_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("GONGKAI_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    # 本项目在前：自己的登录页等模板先于库里的同名模板。
    "gongkai.core",
    "gongkai.accounts",
    "gongkai.audit",
    "gongkai.search",
    "gongkai.workplans",
    "gongkai.records",
    "gongkai.requests",
    "gongkai.consultations",
    "gongkai.portal",
    "gongkai.portal.baking",
    "gongkai.api",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # 采编后台（Wagtail）：只装用得到的；站点、语种、外站嵌入、表单都不装。
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "gongkai.portal.headers.headers_middleware",
    "gongkai.portal.language.language_middleware",
    "gongkai.portal.traditional.traditional_middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "gongkai.accounts.security.ProviderErrorMiddleware",
    "gongkai.core.middleware.SealedFileMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "gongkai.urls"
WSGI_APPLICATION = "gongkai.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gongkai.portal.context.site",
            ],
        },
    },
]
# 内嵌档用 SQLite；设 DATABASE_URL（postgres://用户:口令@主机/库）即改用 PostgreSQL，别的不必改。
DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{DATA_DIR / 'gongkai.sqlite3'}", conn_max_age=60, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # 写事务一开始就取写锁，读后写不会因锁升级而失败；编号与审计链靠它串行。
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    # 认证照 allauth；权限由职责算出，不看权限组。
    "gongkai.accounts.permissions.DutyBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "gongkai.accounts.adapters.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
# 密码输错的锁定由 axes 管（按账号＋来源，记录在库，多进程一致）；这里限的是第二步：
# 知道了密码的人，猜动态口令和备用码每人半小时不过五次，换来源、换会话也不行。
ACCOUNT_RATE_LIMITS = {"login_failed": "5/30m/key"}
SOCIALACCOUNT_ADAPTER = "gongkai.accounts.adapters.StaffSocialAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
if os.environ.get("GONGKAI_OIDC_URL"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "gov",
            "name": os.environ.get("GONGKAI_OIDC_NAME", "统一身份认证"),
            "client_id": os.environ.get("GONGKAI_OIDC_CLIENT", ""),
            "secret": os.environ.get("GONGKAI_OIDC_SECRET", ""),
            "settings": {"server_url": os.environ["GONGKAI_OIDC_URL"]},
        }
    ]
MFA_ADAPTER = "gongkai.accounts.adapters.StaffMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "gongkai.accounts.passkeys.AddPasskeyForm",
    "edit_webauthn": "gongkai.accounts.passkeys.RenamePasskeyForm",
}
MFA_TOTP_ISSUER = "公开"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workplans:home"
LOGOUT_REDIRECT_URL = "portal:home"
# 按“账号＋来源地址”锁定，免得有人故意输错密码把别人的账号锁住。
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # 小时
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "gongkai.accounts.adapters.typed_username"
# 在 nginx 后面时取访客的地址；都算成本机的话，一个人输错就把同一账号的本人也锁住。
AXES_CLIENT_IP_CALLABLE = "gongkai.core.visitors.address_of"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"
# 公文另加的字体目录（仿宋、小标宋等由单位自行取得许可），几个的用冒号隔开。
FONT_PATHS = [path for path in os.environ.get("GONGKAI_FONTS", "").split(":") if path]
# 烘焙的静态页面：其下一个域名一个目录，由 nginx 或应用前面的一小段程序直接发出。
SITE_ROOT = Path(os.environ.get("GONGKAI_SITE_ROOT", DATA_DIR / "site"))
# 上传的文件只经视图按权限发出，不设公开目录；采编用的图片由后台的视图发出。
MEDIA_URL = "/office/media/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20000
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
if os.environ.get("GONGKAI_EMAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = os.environ["GONGKAI_EMAIL_HOST"]
    EMAIL_PORT = int(os.environ.get("GONGKAI_EMAIL_PORT", "25"))
    EMAIL_HOST_USER = os.environ.get("GONGKAI_EMAIL_USER", "")
    EMAIL_HOST_PASSWORD = os.environ.get("GONGKAI_EMAIL_PASSWORD", "")
    EMAIL_USE_TLS = os.environ.get("GONGKAI_EMAIL_SECURITY", "") == "tls"
    EMAIL_USE_SSL = os.environ.get("GONGKAI_EMAIL_SECURITY", "") == "ssl"
    EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = os.environ.get("GONGKAI_EMAIL_FROM", "gongkai@localhost")

# 检索：缺省内嵌 tantivy，索引在数据目录里；设 SEARCH_URL（https://用户:口令@主机:9200）即改用 OpenSearch。
SEARCH_URL = os.environ.get("SEARCH_URL", "")
SEARCH_PREFIX = os.environ.get("GONGKAI_SEARCH_PREFIX", "gongkai")
SEARCH_DIR = DATA_DIR / "index"
SEARCH_BUILD_MEMORY = int(os.environ.get("GONGKAI_SEARCH_BUILD_MB", "200")) * 1_000_000
SEARCH_REMEMBER_EVERY = 5.0  # 热词等攒几秒写一次库；0 为不自动写
# 一网通答的措辞（可不设）：OpenAI 兼容接口只用来把所引原文说顺，查不过关的不用。
ANSWER_URL = os.environ.get("GONGKAI_ANSWER_URL", "")
ANSWER_KEY = os.environ.get("GONGKAI_ANSWER_KEY", "")
ANSWER_MODEL = os.environ.get("GONGKAI_ANSWER_MODEL", "")

# 程序替人访问网址（查链接、取正式文本）时不许访问内网；内网部署、确有需要时设为 1。
FETCH_PRIVATE = os.environ.get("GONGKAI_FETCH_PRIVATE", "") == "1"
CLAMD = os.environ.get("GONGKAI_CLAMD", "")  # 主机:端口，或套接字路径（如 /run/clamav/clamd.ctl）；空为不查毒
# 公众页面的正式地址（规范网址、订阅、站点地图用）：域名取自站点。
PUBLIC_ORIGIN = os.environ.get("GONGKAI_PUBLIC_ORIGIN", "https://{domain}")

SITE = {
    "name": os.environ.get("GONGKAI_SITE_NAME", "政务公开平台"),
    "sponsor": os.environ.get("GONGKAI_SPONSOR", ""),
    "code": os.environ.get("GONGKAI_SITE_CODE", ""),
    "icp": os.environ.get("GONGKAI_ICP", ""),
    "police": os.environ.get("GONGKAI_POLICE", ""),
    "address": os.environ.get("GONGKAI_ADDRESS", ""),
    "phone": os.environ.get("GONGKAI_PHONE", ""),
    "email": os.environ.get("GONGKAI_CONTACT_EMAIL", ""),
}

# 申请邮箱（可不设）：imaps://用户:口令@主机/INBOX，口令里的特殊字符写成 %XX；机关不止一个时写明属于哪个。
REQUESTS_IMAP = os.environ.get("GONGKAI_REQUESTS_IMAP", "")
REQUESTS_IMAP_AGENCY = os.environ.get("GONGKAI_REQUESTS_IMAP_AGENCY", "")

# 采编后台。登录、口令、语言都是我们自己的一套，Wagtail 自带的一概关掉；不向外站发任何请求。
WAGTAIL_SITE_NAME = "采编后台"
WAGTAILADMIN_BASE_URL = os.environ.get("GONGKAI_BASE_URL", "http://localhost:8000")
WAGTAILADMIN_LOGIN_URL = "/office/login/"
WAGTAIL_FRONTEND_LOGIN_URL = "/office/login/"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
WAGTAIL_I18N_ENABLED = False
# 审核是我们自己的状态表（职责分离），不用 Wagtail 的工作流。
WAGTAIL_WORKFLOW_ENABLED = False
# 批注只用于页面树里的页面。
WAGTAILADMIN_COMMENTS_ENABLED = False
WAGTAIL_ALLOW_UNICODE_SLUGS = True
WAGTAIL_DATE_FORMAT = "%Y-%m-%d"
WAGTAIL_DATETIME_FORMAT = "%Y-%m-%d %H:%M"
WAGTAIL_TIME_FORMAT = "%H:%M"
# 后台列表按包含查找：数据库的全文索引不会切分中文，只有整段相同才找得到。
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database.fallback"}}
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "png", "jpg", "jpeg"]
WAGTAILIMAGES_IMAGE_FORM_BASE = "gongkai.portal.image_form.ImageForm"
WAGTAILIMAGES_EXTENSIONS = ["png", "jpg", "jpeg"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
TAGGIT_CASE_INSENSITIVE = True

# 依申请公开的网上身份核实：逗号分隔，email、sms 或自己的类的路径；空为不核实（法律没有要求网上核实）。
REQUESTS_IDENTITY = [name for name in os.environ.get("GONGKAI_IDENTITY", "").split(",") if name]
# 短信由这个函数（号码, 文字）发；缺省写进文件，由短信网关的程序取走。
SMS_SENDER = os.environ.get("GONGKAI_SMS_SENDER", "gongkai.requests.public.identity.sms_to_file")
SMS_FILE = os.environ.get("GONGKAI_SMS_FILE", DATA_DIR / "sms" / "outbox.jsonl")
# 同一来源一小时内提交几件之后先答一道文字题，到几件请改用别的渠道。
REQUESTS_PUZZLE_AFTER = int(os.environ.get("GONGKAI_REQUESTS_PUZZLE_AFTER", "3"))
REQUESTS_HOURLY = int(os.environ.get("GONGKAI_REQUESTS_HOURLY", "30"))
