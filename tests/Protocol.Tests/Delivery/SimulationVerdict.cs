namespace ActorLog.Protocol.Tests.Delivery;

/// <summary>Looks for each record in the files, when all has drained.</summary>
internal static class SimulationVerdict
{
    public static void Check(
        SimulatedPartition[] partitions, SimulatedDisk[] disks, List<SimulatedRecord> records)
    {
        var seen = new int[records.Count];
        foreach (var disk in disks)
        {
            foreach (var file in disk.Files)
            {
                var last = new Dictionary<string, int>();
                foreach (var id in file.Content.Take(CommittedLength(partitions, disk, file)))
                {
                    var record = records[id];
                    seen[id]++;
                    if (file.Name.Split('.')[0] != $"host-{record.Host}")
                    {
                        throw new SimulationFailure($"record {id} of host {record.Host} stands in {file.Name}");
                    }

                    if (last.TryGetValue(record.Origin, out var before) && before >= id)
                    {
                        throw new SimulationFailure($"record {id} stands behind {before} in {file.Name}");
                    }

                    last[record.Origin] = id;
                }
            }
        }

        foreach (var record in records)
        {
            var isRight = record.Fate switch
            {
                SimulatedFate.Promised => seen[record.Id] == 1,
                SimulatedFate.LostWithTheDisk => seen[record.Id] <= 1,
                _ => seen[record.Id] == 0,
            };
            if (!isRight)
            {
                throw new SimulationFailure(
                    $"record {record.Id} ({record.Fate}) of {record.Origin} stands {seen[record.Id]} times");
            }
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
            foreach (var entry in partition.Owner!.State!.Files.Entries)
            {
                if (entry.Opened.RootId == disk.RootId && entry.Opened.Inode == file.Inode)
                {
                    return entry.Opened.RootId == partition.Owner.Disk.RootId ? file.Content.Count : (int)entry.Length;
                }
            }
        }

        return file.Content.Count;
    }
}
