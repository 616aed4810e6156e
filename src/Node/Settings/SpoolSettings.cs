namespace ActorLog.Node.Settings;

/// <summary>The edge's durable queue.</summary>
/// <param name="Path">The SQLite file, absolute.</param>
/// <param name="BytesMax">Unsettled bytes, as stored, beyond which the policy sheds.</param>
/// <param name="OnFull">What is shed when it is full.</param>
public sealed record SpoolSettings(string Path, long BytesMax, SpoolFullPolicy OnFull);

/// <summary>What a full spool sheds; always counted.</summary>
public enum SpoolFullPolicy
{
    /// <summary>Keep what is there, drop what comes.</summary>
    DropNewest,
}
