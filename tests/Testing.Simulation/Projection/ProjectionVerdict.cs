using System.Globalization;
using System.IO.Compression;
using ActorLog.Sinks.Files;

namespace ActorLog.Testing.Simulation.Projection;

/// <summary>Reads all files, as anyone would, and looks for each record.</summary>
internal static class ProjectionVerdict
{
    public static void Check(ProjectionSimulation world, ForeignHand foreign)
    {
        var ledger = world.Ledger;
        var seen = new int[ledger.Records];
        var foreignLines = 0;
        foreach (var path in world.Memory.Paths)
        {
            if (path.EndsWith(SegmentName.TemporarySuffix, StringComparison.Ordinal))
            {
                throw new SimulationFailure($"{path} was left behind");
            }

            foreignLines += CheckFile(world, foreign, path, seen);
        }

        for (var id = 0; id < seen.Length; id++)
        {
            if (seen[id] != ledger.Due(id) && !ledger.IsExcused(id))
            {
                throw new SimulationFailure($"record {id} stands {seen[id]} times");
            }
        }

        if (foreignLines < foreign.LinesLeft && !foreign.TookAway && !world.Retains)
        {
            throw new SimulationFailure($"{foreignLines} of {foreign.LinesLeft} lines of someone else are left");
        }

        world.Tally.Records = ledger.Records;
    }

    private static int CheckFile(ProjectionSimulation world, ForeignHand foreign, string path, int[] seen)
    {
        var bytes = Read(world.Memory, path);
        var foreignLines = 0;
        var last = -1;
        var at = 0;
        while (at < bytes.Length)
        {
            var end = bytes.AsSpan(at).IndexOf((byte)'\n');
            var line = end < 0 ? bytes.AsSpan(at) : bytes.AsSpan(at, end);
            at += line.Length + 1;
            if (ForeignHand.IsLine(line))
            {
                foreignLines++;
                continue;
            }

            if (end >= 0 && IdOf(world, line) is { } id && path.StartsWith(world.PathOf(id), StringComparison.Ordinal))
            {
                seen[id]++;
                if (id <= last && !world.Ledger.IsExcused(id))
                {
                    throw new SimulationFailure($"record {id} stands behind {last} in {path}");
                }

                last = id;
            }
            else if (!(foreign.Added && ForeignHand.IsAddition(line)) && !world.Ledger.IsTakenFrom(path))
            {
                throw new SimulationFailure($"{path} holds a torn line of {line.Length} bytes");
            }
        }

        return foreignLines;
    }

    private static int? IdOf(ProjectionSimulation world, ReadOnlySpan<byte> line)
    {
        var space = line.IndexOf((byte)' ');
        if (space <= 0 || !int.TryParse(line[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            || id >= world.Ledger.Records)
        {
            return null;
        }

        return world.LineOf(id).AsSpan()[..^1].SequenceEqual(line) ? id : null;
    }

    private static byte[] Read(MemoryStore memory, string path)
    {
        using var file = memory.TryOpen(path, readOnly: true)!;
        var bytes = new byte[file.Status().Length];
        file.ReadAt(0, bytes);
        if (!path.EndsWith(SegmentName.CompressedSuffix, StringComparison.Ordinal))
        {
            return bytes;
        }

        try
        {
            using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            gzip.CopyTo(plain);
            return plain.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new SimulationFailure($"{path}: {e.Message}");
        }
    }
}
