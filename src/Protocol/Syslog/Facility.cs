namespace ActorLog.Protocol.Syslog;

/// <summary>The facility of a record, PRI / 8 (RFC 5424, section 6.2.1).</summary>
public enum Facility : byte
{
    /// <summary>Kernel messages.</summary>
    Kern,
    /// <summary>User-level messages; the default of Python's SysLogHandler.</summary>
    User,
    /// <summary>Mail system.</summary>
    Mail,
    /// <summary>System daemons.</summary>
    Daemon,
    /// <summary>Security messages.</summary>
    Auth,
    /// <summary>Messages of the syslog daemon itself.</summary>
    Syslog,
    /// <summary>Line printer.</summary>
    Lpr,
    /// <summary>Network news.</summary>
    News,
    /// <summary>UUCP.</summary>
    Uucp,
    /// <summary>Clock daemon.</summary>
    Cron,
    /// <summary>Private security messages.</summary>
    AuthPriv,
    /// <summary>FTP daemon.</summary>
    Ftp,
    /// <summary>NTP subsystem.</summary>
    Ntp,
    /// <summary>Log audit.</summary>
    Audit,
    /// <summary>Log alert.</summary>
    Alert,
    /// <summary>Clock daemon (note 2 of the RFC).</summary>
    Clock,
    /// <summary>Local use 0.</summary>
    Local0,
    /// <summary>Local use 1.</summary>
    Local1,
    /// <summary>Local use 2.</summary>
    Local2,
    /// <summary>Local use 3.</summary>
    Local3,
    /// <summary>Local use 4.</summary>
    Local4,
    /// <summary>Local use 5.</summary>
    Local5,
    /// <summary>Local use 6.</summary>
    Local6,
    /// <summary>Local use 7.</summary>
    Local7,
}
