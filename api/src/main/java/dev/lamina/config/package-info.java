/**
 * The configuration: where each value comes from, what it may be, and everything that is wrong with
 * it at once.
 */
package dev.lamina.config;
