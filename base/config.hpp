// The one configuration of a node: defaults < souk.toml < environment < flags, validated once.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace souk {

struct config {
  struct {
    std::string name = "node-1"; ///< unique in the cluster; journal sessions carry it
    int workers = 0;             ///< threads for actors; 0 = cores
    std::string secret;          ///< signs tokens and derives capabilities; at least 32 characters
    std::string data = "var/souk"; ///< directory for what the node writes itself
  } node;
  struct {
    std::string name = "souk";         ///< nodes of a cluster of another name are refused
    std::string address = "127.0.0.1"; ///< where links listen and other nodes reach this one
    int port = 0;                      ///< 0: any that is free
    std::string region;                ///< a label: data centre, rack
    int weight = 1;                    ///< its share of the entities beside the others' weights
    std::string ca;                    ///< PEM file of the nodes' own authority; empty: no TLS
    std::string certificate;           ///< PEM file, signed by `ca`
    std::string key;                   ///< PEM file
    std::string via; ///< "n2=host:port,…": how to reach nodes not reachable where they say
  } cluster;
  struct {
    std::string address = "127.0.0.1";
    int port = 8080;
    int threads = 1;        ///< Asio threads
    std::string public_url; ///< default http://address:port
  } http;
  struct {
    std::string url = "postgresql:///souk"; ///< libpq connection string or URL
    int writers = 2;                        ///< journal writers: connections and threads
    int connections = 8;                    ///< pool for reads and row services
  } postgres;
  struct {
    std::string url = "redis://127.0.0.1:6379"; ///< empty: no Redis, local limits only
  } redis;
  struct {
    std::string url; ///< base of the Stripe API, for example http://127.0.0.1:8090
    std::string api_key;
    std::string webhook_secret;
  } payments;
  struct {
    std::string smtp_url; ///< smtp://host:port or smtps://host:port; empty: nothing is sent
    std::string smtp_user;
    std::string smtp_password;
    int64_t starttls = 1; ///< 1: smtp:// must turn to TLS before anything is said
    std::string from = "shop@localhost";
    std::string name = "souk";   ///< what the shop calls itself in messages
    std::string language = "en"; ///< of messages to whom no other is known
    int lanes = 2;               ///< messages sent at once
    int64_t catcher = 0; ///< 1: without smtp_url /dev/mail shows messages, whoever can reach it
  } mail;
  struct {
    std::string directory = "var/media"; ///< uploaded pictures; nodes of a shop share it
  } media;
  struct {
    std::string level = "info";
    std::string format = "json";
  } log;
  struct {
    int64_t activations = 1'000'000; ///< entities in memory
    int64_t entity_commands = 4'096; ///< commands under way at one entity
    int64_t writer_bytes = 64 << 20; ///< queued at one journal writer
    int64_t passivate_after_seconds = 120;
    int64_t request_milliseconds = 10'000; ///< a request's deadline at the edge
  } limits;
  struct {
    int64_t hold_seconds = 600;              ///< how long an order keeps units while it is paid
    int64_t feed = 1;                        ///< 0: this node never reads the change feed
    std::string time_zone = "Europe/Berlin"; ///< IANA name: of the times on pages
  } shop;
};

/// Reads `toml_file` (empty: ./souk.toml if there is one), the environment (SOUK_NODE_NAME for
/// node.name and so on) and `flags` ("--node.name=x"). A failure names the setting, the value,
/// where it came from and the legal range.
result<config> load_config(const std::string& toml_file, const std::vector<std::string>& flags);

/// Every setting as "section.name", with its help and range: for `souk serve --help` and docs.
std::string describe_config();

} // namespace souk
