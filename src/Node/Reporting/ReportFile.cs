using ActorLog.Node.Storage;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Reporting;

/// <summary>A database of the node as it is at one moment, whether the node runs or not: read only, in one transaction.</summary>
internal sealed class ReportFile : IDisposable
{
    private ReportFile(SqliteConnection connection)
    {
        Connection = connection;
        Transaction = connection.BeginTransaction(deferred: true);
    }

    /// <summary>What reads it.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>The moment.</summary>
    public SqliteTransaction Transaction { get; }

    /// <summary>Whether its program kept a ledger already.</summary>
    public bool HasLedger
    {
        get
        {
            using var command = Connection.CreateCommand();
            command.CommandText = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'ledger_gap'";
            return (long)command.ExecuteScalar()! > 0;
        }
    }

    /// <summary>Opens it; null when there is none.</summary>
    /// <exception cref="SqliteException">It cannot be read.</exception>
    /// <exception cref="StartFaultException">A newer program wrote it.</exception>
    public static ReportFile? Open(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var options = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        var connection = new SqliteConnection(options.ToString());
        try
        {
            connection.Open();
            DatabaseFormat.Refuse(path, connection);
            return new ReportFile(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Transaction.Dispose();
        Connection.Dispose();
    }
}
