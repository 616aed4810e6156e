namespace ActorLog.Node.Settings;

/// <summary>A journal on PostgreSQL.</summary>
/// <param name="Place">Hosts and database, as shown: postgresql://host:port/database.</param>
/// <param name="ConnectionString">What Npgsql connects with; without a password.</param>
/// <param name="PasswordFile">
/// Where the password is read from at each connection, absolute; null: PGPASSWORD, PGPASSFILE or ~/.pgpass, or none.
/// </param>
public sealed record PostgresSettings(string Place, string ConnectionString, string? PasswordFile);
