namespace ActorLog.Protocol.Framing;

/// <summary>How a byte stream is cut into frames (RFC 6587, section 3.4, and what Python sends).</summary>
public enum FramingMode
{
    /// <summary>Found by each connection's first bytes and then kept.</summary>
    Auto,
    /// <summary>MSG-LEN SP SYSLOG-MSG (RFC 6587, section 3.4.1).</summary>
    OctetCounting,
    /// <summary>A line feed ends a frame; so does a NUL (RFC 6587, section 3.4.2).</summary>
    LineFeed,
    /// <summary>A NUL ends a frame; line feeds are content.</summary>
    Nul,
}
