namespace ActorLog.Node.Settings;

/// <summary>Certificates in PEM, absolute paths.</summary>
/// <param name="CaPath">The CA that peers' certificates must come from.</param>
/// <param name="CertificatePath">This node's certificate.</param>
/// <param name="KeyPath">Its key, readable by its owner only.</param>
/// <param name="IsOneCa">The own certificate comes from that CA too, as it must where nodes speak with each other.</param>
public sealed record TlsSettings(string CaPath, string CertificatePath, string KeyPath, bool IsOneCa = true);
