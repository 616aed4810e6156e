namespace ActorLog.Protocol.Framing;

/// <summary>What is known of a stream behind the bytes at hand.</summary>
public enum StreamState
{
    /// <summary>More may be read at once.</summary>
    Flowing,
    /// <summary>Nothing more can be read now.</summary>
    Paused,
    /// <summary>The peer has ended the stream: what is left is its last frame.</summary>
    Ended,
    /// <summary>The stream broke (a reset, a timeout, our own stop): what is left was cut.</summary>
    Broken,
}
