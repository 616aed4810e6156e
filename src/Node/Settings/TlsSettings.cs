namespace ActorLog.Node.Settings;

/// <summary>Certificates in PEM, absolute paths.</summary>
/// <param name="CaPath">The CA that both sides' certificates must come from.</param>
/// <param name="CertificatePath">This node's certificate.</param>
/// <param name="KeyPath">Its key, readable by its owner only.</param>
public sealed record TlsSettings(string CaPath, string CertificatePath, string KeyPath);
