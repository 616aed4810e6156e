namespace ActorLog.Sinks.Files;

/// <summary>The open files of <see cref="LocalFiles"/> by path, at most a fixed number; the one unused longest is closed.</summary>
internal sealed class OpenFiles(int filesMax) : IDisposable
{
    private readonly Dictionary<string, LocalFile> _byPath = new(StringComparer.Ordinal);
    private readonly LinkedList<LocalFile> _byUse = new();

    internal int Count => _byPath.Count;

    /// <summary>All, as they are now: the caller may close them while walking.</summary>
    internal IReadOnlyList<LocalFile> ToList() => [.. _byUse];

    internal LocalFile? Find(string path)
    {
        if (!_byPath.TryGetValue(path, out var file))
        {
            return null;
        }

        _byUse.Remove(file.Node!);
        _byUse.AddLast(file.Node!);
        return file;
    }

    internal void Add(LocalFile ownedFile)
    {
        if (_byPath.Count >= filesMax)
        {
            Close(_byUse.First!.Value);
        }

        ownedFile.Node = _byUse.AddLast(ownedFile);
        _byPath.Add(ownedFile.Path, ownedFile);
    }

    internal void Close(LocalFile file)
    {
        if (_byPath.TryGetValue(file.Path, out var open) && ReferenceEquals(open, file))
        {
            _byPath.Remove(file.Path);
            _byUse.Remove(file.Node!);
        }

        file.Dispose();
    }

    public void Dispose()
    {
        foreach (var file in _byUse)
        {
            file.Dispose();
        }

        _byUse.Clear();
        _byPath.Clear();
    }
}
