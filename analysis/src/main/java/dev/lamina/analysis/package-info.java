/**
 * Analyses of networks and data sets, written against the operations of the API and never against a
 * backend.
 */
package dev.lamina.analysis;
