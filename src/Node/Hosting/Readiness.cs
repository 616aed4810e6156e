using System.Collections.Concurrent;
using System.Text;

namespace ActorLog.Node.Hosting;

/// <summary>
/// Which parts of the node do their work, and why the others do not; what /ready shows. A part that was announced and has
/// not said anything yet is not ready.
/// </summary>
internal sealed class Readiness
{
    private static readonly PartState Ready = new(null, null);
    private readonly ConcurrentDictionary<string, PartState> _parts = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Exception> _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopping;

    /// <summary>All parts by name.</summary>
    public IEnumerable<KeyValuePair<string, PartState>> Parts => _parts.OrderBy(static part => part.Key, StringComparer.Ordinal);

    /// <summary>Whether everything that was announced is ready, and the node is not on its way out.</summary>
    public bool IsReady => !_isStopping && _parts.Values.All(static part => part.IsReady);

    /// <summary>A part that must become ready.</summary>
    public void Expect(string part) => _parts[part] = new PartState("starting", null);

    /// <summary>A part does its work.</summary>
    public void SetReady(string part) => _parts[part] = Ready;

    /// <summary>A part does not; cause and remedy.</summary>
    public void SetFault(string part, string cause, string remedy) => _parts[part] = new PartState(cause, remedy);

    /// <summary>A part does its work, and something about it is worth knowing.</summary>
    public void Note(string part, string note) => _parts[part] = new PartState(null, null, note);

    /// <summary>A part that was only there to tell its fault is not shown any more.</summary>
    public void Forget(string part) => _parts.TryRemove(part, out _);

    /// <summary>Ends, with its name, when a part has ended that never may.</summary>
    public Task<string> Broken => _broken.Task;

    /// <summary>Ends, with the cause, when nobody but an operator can help: the cluster or the journal does not take this node as it is.</summary>
    public Task<Exception> Refused => _refused.Task;

    /// <summary>The cluster or the journal does not take this node as it is.</summary>
    public void SetRefused(Exception fault) => _refused.TrySetResult(fault);

    /// <summary>A part has ended: on the node's way out that is its work, before it is the node's end.</summary>
    public void SetEnded(string part)
    {
        if (!_isStopping)
        {
            _broken.TrySetResult(part);
        }
    }

    /// <summary>The node drains: not ready any more, though it still takes what comes.</summary>
    public void SetStopping() => _isStopping = true;

    /// <summary>What is shown: the verdict, then a line for each part, with cause and remedy below those at fault.</summary>
    public string Describe()
    {
        var text = new StringBuilder(_isStopping ? "not ready: stopping\n" : IsReady ? "ready\n" : "not ready\n");
        foreach (var (name, part) in Parts)
        {
            text.Append(name).Append(": ").Append(part.IsReady ? "ready" : "not ready");
            if (part.Note is not null)
            {
                text.Append(", ").Append(part.Note);
            }

            text.Append('\n');
            if (part.Cause is not null)
            {
                text.Append("  cause: ").Append(part.Cause).Append('\n');
            }

            if (part.Remedy is not null)
            {
                text.Append("  remedy: ").Append(part.Remedy).Append('\n');
            }
        }

        return text.ToString();
    }
}
