using ActorLog.Node.Storage;
using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Hosting;

/// <summary>The data roots of a node, each opened once: sinks that share a directory share the store.</summary>
internal sealed class NodeStores : IDisposable
{
    private readonly Dictionary<string, IStore> _byRoot = new(StringComparer.Ordinal);

    /// <summary>Opens a root, or gives the one that is open.</summary>
    /// <exception cref="StartFaultException">Another process holds it, or the disk refuses.</exception>
    public IStore Open(string root)
    {
        if (_byRoot.TryGetValue(root, out var open))
        {
            return open;
        }

        try
        {
            var store = SystemStore.Open(root);
            _byRoot.Add(root, store);
            return store;
        }
        catch (StorageException e) when (e.Operation == "lock")
        {
            throw new StartFaultException(
                $"{root} is in use by another process", "Stop it, or give this node a data-directory of its own.", e);
        }
        catch (Exception e) when (e is StorageException or UnauthorizedAccessException)
        {
            throw new StartFaultException(
                $"{root}: {e.Message}", "Make the folder writable for this user, or name another one.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var store in _byRoot.Values)
        {
            store.Dispose();
        }
    }
}
