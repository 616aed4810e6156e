using System.Collections.Concurrent;

namespace ActorLog.Node.Hosting;

/// <summary>
/// Which parts of the node do their work, and why the others do not; what /ready shows. A part that was announced and has
/// not said anything yet is not ready.
/// </summary>
internal sealed class Readiness
{
    private readonly ConcurrentDictionary<string, string?> _parts = new(StringComparer.Ordinal);
    private volatile bool _isStopping;

    /// <summary>All parts: null when ready, else why not.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Parts => _parts.OrderBy(static part => part.Key, StringComparer.Ordinal);

    /// <summary>Whether everything that was announced is ready, and the node is not on its way out.</summary>
    public bool IsReady => !_isStopping && _parts.Values.All(static fault => fault is null);

    /// <summary>A part that must become ready.</summary>
    public void Expect(string part) => _parts[part] = "starting";

    /// <summary>A part does its work.</summary>
    public void SetReady(string part) => _parts[part] = null;

    /// <summary>A part does not; cause and remedy.</summary>
    public void SetFault(string part, string why) => _parts[part] = why;

    /// <summary>The node drains: not ready any more, though it still takes what comes.</summary>
    public void SetStopping() => _isStopping = true;
}
