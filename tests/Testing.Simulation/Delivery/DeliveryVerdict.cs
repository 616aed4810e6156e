namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>Looks for each record in the files, when all has drained.</summary>
internal static class DeliveryVerdict
{
    /// <param name="partitions">Whose tables say how far a file of another root is to be read.</param>
    /// <param name="disks">All roots.</param>
    /// <param name="records">What to look for.</param>
    /// <param name="wentBack">
    /// The journal has lost its last commits: then what it had stored and not settled may stand twice, but nothing is
    /// missing.
    /// </param>
    public static void Check(
        SimulatedPartition[] partitions, SimulatedDisk[] disks, List<SimulatedRecord> records, bool wentBack)
    {
        var seen = new int[records.Count];
        foreach (var disk in disks)
        {
            foreach (var file in disk.Files)
            {
                var last = new Dictionary<string, int>();
                var length = CommittedLength(partitions, disk, file);
                if (file.Content.Count < length)
                {
                    throw new SimulationFailure($"{file.Name} has {file.Content.Count} of {length} committed records");
                }

                for (var i = 0; i < length; i++)
                {
                    var record = records[file.Content[i]];
                    seen[record.Id]++;
                    if (last.TryGetValue(record.Origin, out var before) && before >= record.Id && !wentBack)
                    {
                        throw new SimulationFailure($"record {record.Id} stands behind {before} in {file.Name}");
                    }

                    last[record.Origin] = record.Id;
                    CheckHost(record, file.Name);
                }
            }
        }

        foreach (var record in records)
        {
            var isRight = record.Fate switch
            {
                SimulatedFate.Promised => seen[record.Id] == 1 || (wentBack && seen[record.Id] > 1),
                SimulatedFate.LostWithTheDisk => seen[record.Id] <= 1 || wentBack,
                _ => seen[record.Id] == 0,
            };
            if (!isRight)
            {
                throw new SimulationFailure(
                    $"record {record.Id} ({record.Fate}) of {record.Origin} stands {seen[record.Id]} times");
            }
        }
    }

    private static void CheckHost(SimulatedRecord record, string name)
    {
        var digits = name.AsSpan("host-".Length);
        var dot = digits.IndexOf('.');
        if (int.Parse(dot < 0 ? digits : digits[..dot]) != record.Host)
        {
            throw new SimulationFailure($"record {record.Id} of host {record.Host} stands in {name}");
        }
    }

    /// <summary>
    /// Files of a root that is not the owner's are read up to what the table says, as any reader must.
    /// </summary>
    private static int CommittedLength(
        SimulatedPartition[] partitions, SimulatedDisk disk, SimulatedFile file)
    {
        foreach (var partition in partitions)
        {
            foreach (var entry in partition.Owner?.State?.Files.Entries ?? [])
            {
                if (entry.Opened.RootId == disk.RootId && entry.Opened.Inode == file.Inode)
                {
                    return entry.Opened.RootId == partition.Owner!.Disk.RootId ? file.Content.Count : (int)entry.Length;
                }
            }
        }

        return file.Content.Count;
    }
}
