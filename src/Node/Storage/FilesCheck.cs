using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Storage;

/// <summary>Compares the files of an aggregator with what its journal calls committed, for fsck.</summary>
internal sealed class FilesCheck(string root, string journal)
{
    private readonly List<string> _faults = [];

    /// <summary>What is wrong, a line each.</summary>
    /// <param name="isRepair">Whether temporary files are deleted.</param>
    public IReadOnlyList<string> Faults(bool isRepair)
    {
        if (!Directory.Exists(root))
        {
            return [];
        }

        try
        {
            using var store = SystemStore.Open(root);
            LookForTemporary(store, string.Empty, isRepair);
            if (File.Exists(journal))
            {
                CompareCommitted(store);
            }
        }
        catch (StorageException e) when (e.Operation == "lock")
        {
            throw new StartFaultException($"{root} is in use by another process", "Stop the node first.", e);
        }

        return _faults;
    }

    private void LookForTemporary(IStore store, string directory, bool isRepair)
    {
        foreach (var path in store.List(directory).Select(name => StorePath.Join(directory, name)).Where(StorePath.IsLegal))
        {
            var kind = store.Status(path)?.Kind;
            if (kind == FileKind.Directory)
            {
                LookForTemporary(store, path, isRepair);
            }
            else if (path.EndsWith(".tmp", StringComparison.Ordinal) && !(isRepair && store.Delete(path)))
            {
                _faults.Add($"{path}: a temporary file that a kill has left; the next start deletes it");
            }
        }
    }

    private void CompareCommitted(IStore store)
    {
        using var connection = DatabaseCheck.OpenToRead(journal);
        foreach (var id in DatabaseCheck.Column(connection, "SELECT persistence_id FROM journal UNION SELECT persistence_id FROM snapshot"))
        {
            var recovery = new PartitionRecovery(long.MaxValue);
            using (var command = connection.CreateCommand())
            {
                command.CommandText = "SELECT manifest, snapshot FROM snapshot WHERE persistence_id = $id ORDER BY sequence_number DESC LIMIT 1";
                command.Parameters.AddWithValue("$id", id);
                using var reader = command.ExecuteReader();
                if (reader.Read() && JournalCodec.TryReadSnapshot(reader.GetString(0), reader.GetFieldValue<byte[]>(1), out var snapshot, out _))
                {
                    recovery.Restore(snapshot);
                }
            }

            using (var command = connection.CreateCommand())
            {
                command.CommandText = "SELECT sequence_number, manifest, message FROM journal"
                    + " WHERE persistence_id = $id AND deleted = 0 AND sequence_number > $after ORDER BY sequence_number";
                command.Parameters.AddWithValue("$id", id);
                command.Parameters.AddWithValue("$after", recovery.State.LastSequenceNr);
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    if (JournalCodec.TryRead(reader.GetString(1), reader.GetFieldValue<byte[]>(2), out var e, out _))
                    {
                        recovery.Replay(e is PartStored part ? part with { Block = default } : e, reader.GetInt64(0));
                    }
                }
            }

            Compare(store, id, recovery.State.Files.Entries.Where(e => e.Opened.RootId == store.RootId.ToString("N") && e.SealedAs is null));
        }
    }

    private void Compare(IStore store, string id, IEnumerable<FileEntry> entries)
    {
        foreach (var entry in entries)
        {
            var path = entry.Opened.Path;
            var status = store.Status(path);
            if (status?.Identity.Inode != entry.Opened.Inode)
            {
                path = LogFile.Find(store, StorePath.DirectoryOf(path), entry.Opened.Inode);
                status = path is null ? null : store.Status(path);
            }

            if ((status?.Length ?? 0) < entry.Length)
            {
                _faults.Add($"{entry.Opened.Path}: {status?.Length ?? 0} bytes where {entry.Length} are committed ({id})");
            }
        }
    }
}
