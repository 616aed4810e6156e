using System.Data.Common;
using System.Text;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using ActorLog.Protocol.Syslog;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Reading;

/// <summary>
/// Prints a host's lines: asks the journal which files are whose, then every aggregator what it has, then reads the files one
/// after the other. Whatever it cannot have is told, and the rest is printed.
/// </summary>
/// <param name="settings">Of an aggregator.</param>
/// <param name="host">The host.</param>
/// <param name="wanted">Which lines.</param>
/// <param name="time">The clock.</param>
/// <param name="tell">Tells people something.</param>
internal sealed class HostReading(
    NodeSettings settings, string host, TimeSpanWanted wanted, TimeProvider time, Action<string> tell) : IDisposable
{
    // Files are opened, sealed and compressed between the two looks.
    private const int LooksMax = 3;
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(500);

    private readonly byte[] _host = Encoding.UTF8.GetBytes(host);
    private readonly PathTemplate _template = TemplateOf(settings.Aggregator.Files.PathTemplate);
    private readonly List<ISegmentSource> _sources = [];
    private readonly List<SegmentListing> _listings = [];
    private readonly byte[] _buffer = new byte[SegmentStream.ChunkBytes];
    private IStore? _store;
    private int _missing;
    private int _lacking;

    /// <summary>Prints.</summary>
    /// <returns>Whether that was all.</returns>
    /// <exception cref="IOException">The output refused.</exception>
    public bool Print(Stream output, CancellationToken stop)
    {
        Connect();
        var plan = Look(stop);
        foreach (var lack in plan.Lacking)
        {
            Lack(lack);
        }

        if (plan.Segments.Count == 0 && _listings.TrueForAll(static listing => listing.Files.Count == 0))
        {
            var near = Nearest.To(host, _listings.Select(static listing => listing.Near).OfType<string>());
            tell($"no aggregator{(_missing > 0 ? " that answers" : "")} has a file of '{host}'{near}");
            return false;
        }

        var selection = new LineSelection(output, new LineTimes(settings.Aggregator.Files.TimeZone), wanted, _host);
        foreach (var segment in plan.Segments)
        {
            stop.ThrowIfCancellationRequested();
            if (selection.Begin(segment))
            {
                Copy(segment, selection);
                output.Flush();
            }
        }

        if (_lacking > 0)
        {
            tell($"lines of '{host}' may be missing, for {_lacking} reason(s) told above");
        }

        return _lacking == 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var source in _sources)
        {
            source.Dispose();
        }

        _store?.Dispose();
    }

    private void Connect()
    {
        if (settings.Aggregator.Cluster is not { } cluster)
        {
            _store = SystemStore.OpenToRead(settings.Aggregator.Files.Directory);
            _sources.Add(new DiskSegments(_store, _template, settings.Name));
            return;
        }

        var identity = new TlsIdentity(settings.Tls!);
        var answers = Task.WhenAll(cluster.Seeds.Select(seed => Task.Run(() =>
        {
            try
            {
                return (Seed: NodeSegments.NameOf(seed), Source: NodeSegments.Connect(seed, identity, cluster.Advertise.Host), Why: "");
            }
            catch (Exception e) when (e is IOException or UntrustedPeerException)
            {
                return (Seed: NodeSegments.NameOf(seed), Source: (NodeSegments?)null, Why: e.Message);
            }
        }))).GetAwaiter().GetResult();
        foreach (var (seed, source, why) in answers)
        {
            if (source is not null)
            {
                _sources.Add(source);
            }
            else
            {
                Miss(seed, why);
            }
        }
    }

    private ReadingPlan Look(CancellationToken stop)
    {
        for (var look = 1; ; look++)
        {
            var (table, why) = ReadTable();
            List();
            var plan = ReadingPlan.Of(
                _listings, table, new HostPaths(_template, _host), _missing == 0, time.GetUtcNow().UtcTicks);
            if (plan.Lacking.Count == 0 || table is null || look == LooksMax || stop.WaitHandle.WaitOne(LookPause))
            {
                if (why is not null)
                {
                    Lack($"the journal cannot be read: {why}");
                }

                return plan;
            }
        }
    }

    // Before the files are listed: whatever it says of one is there then, by this name or by a final one.
    private (IReadOnlyCollection<FileEntry>? Table, string? Why) ReadTable()
    {
        try
        {
            return (PartitionTable.Read(settings.Aggregator, SlotHash.Of(_host, settings.Partitions)), null);
        }
        catch (Exception e) when (e is DbException or InvalidDataException or IOException or System.Net.Sockets.SocketException)
        {
            return (null, e.GetBaseException().Message);
        }
    }

    // A node that several seeds lead to is read once.
    private void List()
    {
        _listings.Clear();
        for (var i = 0; i < _sources.Count; i++)
        {
            try
            {
                var listing = _sources[i].List(_host);
                if (_listings.TrueForAll(other => other.RootId != listing.RootId))
                {
                    _listings.Add(listing);
                    continue;
                }
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                Miss(_sources[i].Name, e.Message);
            }

            _sources[i].Dispose();
            _sources.RemoveAt(i--);
        }
    }

    private void Copy(HostSegment segment, LineSelection selection)
    {
        using var lines = Open(segment);
        var left = segment.Committed ?? long.MaxValue;
        var read = lines is null ? -1 : 1;
        while (left > 0 && read > 0 && (read = Read(lines!, segment, left)) > 0)
        {
            selection.Write(_buffer.AsSpan(0, read));
            left -= read;
        }

        selection.End();
        if (read == 0 && segment.Committed is { } committed)
        {
            Lack($"{Place(segment)} is shorter than the {committed} bytes that are committed");
        }
    }

    private Stream? Open(HostSegment segment)
    {
        var source = _sources[segment.Root];
        if (source.IsOver)
        {
            return null;
        }

        try
        {
            var opening = source.Open(segment.Place);
            if (opening != SegmentOpening.Gone)
            {
                return SegmentStream.Lines(source, opening == SegmentOpening.Compressed);
            }

            Lack($"{Place(segment)} is there no more");
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            LackOf(segment, e);
        }

        return null;
    }

    // What the output refuses is thrown elsewhere.
    private int Read(Stream lines, HostSegment segment, long most)
    {
        try
        {
            return lines.Read(_buffer, 0, (int)Math.Min(most, _buffer.Length));
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            LackOf(segment, e);
            return -1;
        }
    }

    private void LackOf(HostSegment segment, Exception e)
    {
        var source = _sources[segment.Root];
        if (source.IsOver)
        {
            Miss(source.Name, $"it went away at {segment.File.Path}: {e.Message}");
        }
        else
        {
            Lack($"{Place(segment)} cannot be read: {e.Message}");
        }
    }

    private void Miss(string name, string why)
    {
        _missing++;
        Lack($"{name} is missing: {why}");
    }

    private void Lack(string what)
    {
        _lacking++;
        tell(what);
    }

    private string Place(HostSegment segment) => $"{segment.File.Path} on {_sources[segment.Root].Name}";

    private static PathTemplate TemplateOf(string text) => PathTemplate.TryParse(text, out var template, out var error)
        ? template : throw new InvalidOperationException($"settings hold a path template that was read before: {error.Message}");
}
