using System.Data;
using System.Data.Common;
using ActorLog.Node.Reporting;
using ActorLog.Node.Settings;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Delivery;

namespace ActorLog.Node.Reading;

/// <summary>
/// A partition's table of files as its journal has it at one moment: which file is whose, and up to where it is committed. Read
/// from the journal itself, so that it is true also while nobody owns the partition.
/// </summary>
internal static class PartitionTable
{
    // The newest snapshot and the events behind it are read within one transaction: what a snapshot covers may be deleted at
    // any time. Parts have nothing to say of files, and are many.
    private const string Snapshot =
        "SELECT manifest, snapshot FROM snapshot WHERE persistence_id = @id ORDER BY sequence_number DESC LIMIT 1";

    private const string Events = """
        SELECT sequence_number, manifest, message FROM journal
        WHERE persistence_id = @id AND sequence_number > @after AND manifest NOT LIKE 'part-stored/%' ORDER BY sequence_number
        """;

    /// <summary>Reads it.</summary>
    /// <exception cref="DbException">The journal cannot be read.</exception>
    /// <exception cref="InvalidDataException">It holds what this program cannot read.</exception>
    public static IReadOnlyCollection<FileEntry> Read(AggregatorSettings settings, int partition)
    {
        if (settings.Postgres is { } postgres)
        {
            using var source = PostgresConnections.BuilderOf(postgres).BuildMultiHost();
            using var primary = source.OpenConnection(Npgsql.TargetSessionAttributes.Primary);
            using var moment = primary.BeginTransaction(IsolationLevel.RepeatableRead);
            return Read(primary, moment, $"partition-{partition}");
        }

        using var file = ReportFile.Open(settings.JournalPath);
        return file is null ? [] : Read(file.Connection, file.Transaction, $"partition-{partition}");
    }

    private static IReadOnlyCollection<FileEntry> Read(DbConnection connection, DbTransaction moment, string id)
    {
        var state = new PartitionState(long.MaxValue);
        using (var command = CommandOf(connection, moment, Snapshot, ("id", id)))
        using (var reader = command.ExecuteReader())
        {
            if (reader.Read())
            {
                // What stands behind it is for the database.
                var manifest = reader.GetString(0).Split(' ')[0];
                state = JournalCodec.TryReadSnapshot(manifest, reader.GetFieldValue<byte[]>(1), out var snapshot, out var error)
                    ? new PartitionState(snapshot, long.MaxValue)
                    : throw new InvalidDataException($"{id}: {error.Text}");
            }
        }

        using (var command = CommandOf(connection, moment, Events, ("id", id), ("after", state.LastSequenceNr)))
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                var number = reader.GetInt64(0);
                if (!JournalCodec.TryRead(reader.GetString(1), reader.GetFieldValue<byte[]>(2), out var e, out var error))
                {
                    throw new InvalidDataException($"{id}/{number}: {error.Text}");
                }

                state.Apply(e, number);
            }
        }

        return state.Files.Entries;
    }

    // Only constants of this file come here.
#pragma warning disable CA2100
    private static DbCommand CommandOf(
        DbConnection connection, DbTransaction moment, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = moment;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
#pragma warning restore CA2100
}
