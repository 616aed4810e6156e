namespace ActorLog.Protocol.Syslog;

/// <summary>The value of a PRI part: facility * 8 + severity, 0 to 191 (RFC 5424, section 6.2.1).</summary>
/// <param name="Value">The number between the angle brackets.</param>
public readonly record struct Priority(byte Value)
{
    /// <summary>The highest legal value, local7.debug.</summary>
    public const byte Max = 191;

    /// <summary>What a record without a legal PRI gets: user.notice (RFC 3164, section 4.3.3).</summary>
    public static readonly Priority Default = new(Facility.User, Severity.Notice);

    /// <summary>Makes a priority of its two parts.</summary>
    public Priority(Facility facility, Severity severity)
        : this((byte)(((int)facility * 8) + (int)severity))
    {
    }

    /// <summary>The facility, <see cref="Value"/> / 8.</summary>
    public Facility Facility => (Facility)(Value >> 3);

    /// <summary>The severity, <see cref="Value"/> modulo 8.</summary>
    public Severity Severity => (Severity)(Value & 7);
}
