package dev.lamina.config;

/**
 * One configuration value and where it comes from.
 *
 * @param path the key, such as {@code lamina.cpu.threads}
 * @param value its value as it would be written in a config file
 * @param origin where it was set: {@code default}, a file and line, an environment variable, a
 *     system property, or a command-line option
 */
public record Setting(String path, String value, String origin) {}
