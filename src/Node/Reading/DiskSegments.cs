using System.Text;
using ActorLog.Node.Settings;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Reading;

/// <summary>
/// A data root of this machine. What is not sealed yet is held open from the listing on, a few files of it: it may be sealed
/// and compressed before its turn comes.
/// </summary>
/// <param name="store">The root; the caller's.</param>
/// <param name="template">Where hosts' lines go in it.</param>
/// <param name="node">The name of the node that has it.</param>
internal sealed class DiskSegments(IStore store, PathTemplate template, string node) : ISegmentSource
{
    private const int HeldMax = 64;

    private readonly Dictionary<int, IStoreFile> _held = [];
    private IReadOnlyList<HostFile> _files = [];
    private IStoreFile? _open;

    /// <inheritdoc/>
    public string Name => node;

    /// <inheritdoc/>
    public bool IsOver => false;

    /// <inheritdoc/>
    public SegmentListing List(ReadOnlySpan<byte> host)
    {
        Close();
        var paths = new HostPaths(template, host);
        _files = paths.Find(store);
        for (var place = 0; place < _files.Count && _held.Count < HeldMax; place++)
        {
            if (_files[place].Sealed is null && TryOpen(_files[place].Path, _files[place].Inode) is { } file)
            {
                _held.Add(place, file);
            }
        }

        var near = _files.Count == 0 ? Nearest.Of(Encoding.UTF8.GetString(host), paths.Known(store)) : null;
        return new SegmentListing(store.RootId.ToString("N"), node, _files, near);
    }

    /// <inheritdoc/>
    public SegmentOpening Open(int place)
    {
        _open?.Dispose();
        _open = null;
        var file = _files[place];
        if (_held.Remove(place, out _open))
        {
            return SegmentOpening.Plain;
        }

        if (file.Sealed is null)
        {
            // Sealed meanwhile, it is the same file under its final name.
            var path = LogFile.Find(store, StorePath.DirectoryOf(file.Path), file.Inode);
            return (_open = path is null ? null : TryOpen(path, file.Inode)) is null ? SegmentOpening.Gone : SegmentOpening.Plain;
        }

        if ((_open = store.TryOpen(file.Path, readOnly: true)) is not null)
        {
            return file.Sealed.Compressed ? SegmentOpening.Compressed : SegmentOpening.Plain;
        }

        _open = file.Sealed.Compressed ? null : store.TryOpen(file.Path + SegmentName.CompressedSuffix, readOnly: true);
        return _open is null ? SegmentOpening.Gone : SegmentOpening.Compressed;
    }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> destination) =>
        (_open ?? throw new InvalidOperationException("no file is open")).ReadAt(offset, destination);

    /// <inheritdoc/>
    public void Dispose() => Close();

    private IStoreFile? TryOpen(string path, ulong inode)
    {
        var file = store.TryOpen(path, readOnly: true);
        if (file is not null && file.Status().Identity.Inode != inode)
        {
            file.Dispose();
            return null;
        }

        return file;
    }

    private void Close()
    {
        _open?.Dispose();
        _open = null;
        foreach (var file in _held.Values)
        {
            file.Dispose();
        }

        _held.Clear();
    }
}
