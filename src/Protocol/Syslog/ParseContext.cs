using ActorLog.Protocol.Gunicorn;

namespace ActorLog.Protocol.Syslog;

/// <summary>What a frame does not say itself but its reading depends on.</summary>
/// <param name="ReceivedTicks">Time of receipt, UTC ticks of 100 ns; it gives a BSD timestamp its year.</param>
/// <param name="HeaderZone">The zone of timestamps that name none (RFC 3164, section 4.1.2).</param>
/// <param name="TrustedProxies">Whose entries in a chain of forwarded addresses are believed.</param>
public readonly record struct ParseContext(long ReceivedTicks, TimeZoneInfo HeaderZone, TrustedProxies TrustedProxies);
